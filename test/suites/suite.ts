/** What one test of a client's own suite said. */
export type TestOutcome = 'passed' | 'failed' | 'skipped';

/** By name, in the order in which they ran. */
export type TestOutcomes = ReadonlyMap<string, TestOutcome>;

/** Several tests may have one name; the later ones get a number. */
export function outcomesOf(list: Iterable<readonly [name: string, outcome: TestOutcome]>): TestOutcomes {
  const outcomes = new Map<string, TestOutcome>();
  for (const [name, outcome] of list) {
    let unique = name;
    for (let number = 2; outcomes.has(unique); number++) unique = `${name} (${number})`;
    outcomes.set(unique, outcome);
  }
  return outcomes;
}

/** The tests that a client's project has for it, run against our broker on the port that they expect. */
export interface Suite {
  readonly name: string;
  /** Where a checkout comes from. */
  readonly repository: string;
  /** What is run of it, for the page. */
  readonly covers: string;
  /** Fetches what the tests need beside the broker. `folder` is a temporary one of the suite's own. */
  prepare(checkout: string, folder: string): void;
  /** What the broker is started with beside its data directory; left out: AMQP on all addresses. */
  brokerOptions?(folder: string): readonly string[];
  /** Runs it, perhaps without a network; what the tests print goes to stderr. */
  run(checkout: string, folder: string): TestOutcomes | Promise<TestOutcomes>;
}
