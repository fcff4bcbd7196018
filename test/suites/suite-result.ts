import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Suite, TestOutcome, TestOutcomes } from './suite.js';

const FOLDER = new URL('../../../test/suites/results/', import.meta.url);

/** What a run said, as it is kept in the repository. */
export interface SuiteResult {
  /** Of the checkout. */
  readonly commit: string;
  readonly tests: Readonly<Record<string, TestOutcome>>;
}

export function readSuiteResult({ name }: Suite): SuiteResult | undefined {
  const file = new URL(`${name}.json`, FOLDER);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SuiteResult) : undefined;
}

export function writeSuiteResult({ name }: Suite, commit: string, outcomes: TestOutcomes): void {
  const tests = Object.fromEntries([...outcomes].toSorted(([left], [right]) => (left < right ? -1 : 1)));
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify({ commit, tests }, null, 2)}\n`);
}

export function countOf({ tests }: SuiteResult, outcome: TestOutcome): number {
  return Object.values(tests).filter((each) => each === outcome).length;
}
