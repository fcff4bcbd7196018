import { formatValue } from './format-value.js';

/** Who a figure belongs to: the broker, a peer, or the plain disk loop that ran beside them. */
export type Contender = 'rosettamq' | 'rabbitmq' | 'elasticmq' | 'kafka' | 'kafka synced' | 'disk loop';

/** One figure of one round. */
export interface Figure {
  /** Dialect and shape, such as `amqp B`. */
  readonly shape: string;
  /** What was measured, such as `throughput`. */
  readonly metric: string;
  readonly unit: string;
  readonly contender: Contender;
  readonly round: number;
  readonly value: number;
}

/** What must be known to trust the figures of one contender in one round: who used the machine, whether anyone waited. */
export interface Conditions {
  readonly shape: string;
  readonly contender: Contender;
  readonly round: number;
  readonly facts: Readonly<Record<string, number>>;
}

/** Collects all that a run measures, in the order in which it was measured. */
export class Ledger {
  readonly figures: Figure[] = [];
  readonly conditions: Conditions[] = [];
  /** Rounds that did not give a figure, and why. A run with any of them fails. */
  readonly failures: string[] = [];
  /** What was left out on purpose, and why. */
  readonly skipped: string[] = [];
  readonly #onNews: (line: string) => void;

  /** @param onNews told each figure, failure and omission as it comes, as a line for people */
  constructor(onNews: (line: string) => void) {
    this.#onNews = onNews;
  }

  record(figure: Figure): void {
    this.figures.push(figure);
    const { shape, metric, unit, contender, round, value } = figure;
    this.#onNews(`${shape}, ${metric}, ${contender}, round ${round}: ${formatValue(value)} ${unit}`);
  }

  recordConditions(conditions: Conditions): void {
    this.conditions.push(conditions);
  }

  fail(what: string, error: unknown): void {
    const line = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    this.failures.push(line);
    this.#onNews(`FAILED ${line}`);
  }

  skip(what: string, reason: string): void {
    const line = `${what}: ${reason}`;
    if (this.skipped.includes(line)) return;
    this.skipped.push(line);
    this.#onNews(`skipped ${line}`);
  }

  /** The values of one contender for one metric of a shape, keyed by round. */
  values(shape: string, metric: string, contender: Contender): Map<number, number> {
    const found = new Map<number, number>();
    for (const figure of this.figures) {
      if (figure.shape === shape && figure.metric === metric && figure.contender === contender) {
        found.set(figure.round, figure.value);
      }
    }
    return found;
  }
}
