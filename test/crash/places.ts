/** A queue under test and what holds for it. */
export interface Place {
  readonly name: string;
  /** One consumer at a time gets what one publisher sent in that order, in every life of the broker. */
  readonly ordered?: true;
  /** What comes back in the last life comes by priority, then in order. */
  readonly prioritised?: true;
  /** Deliveries are counted, not only marked as repeated. */
  readonly counted?: true;
  /** Nothing is seen before it is stable. */
  readonly stableOnly?: true;
  /** In groups, with deduplication, and holds that outlive a crash. */
  readonly fifo?: true;
  /** A delivery that is not settled may come again after this long, ms. */
  readonly holdMs?: number;
  /** Messages come to it from another queue, not from a publisher. */
  readonly moved?: true;
  /** Messages leave it on their own; whether anybody saw them here does not matter. */
  readonly passing?: true;
}

/** Every queue that the loads write to or that messages end up in. */
export const PLACES: readonly Place[] = [
  { name: 'amqp.plain', ordered: true },
  { name: 'amqp.backlog', ordered: true },
  { name: 'amqp.priority', prioritised: true },
  { name: 'amqp.fan-a', ordered: true },
  { name: 'amqp.fan-b', ordered: true },
  { name: 'amqp.fan-c', ordered: true },
  { name: 'amqp.short', passing: true },
  { name: 'amqp.short-dead', ordered: true, moved: true },
  { name: 'amqp.work' },
  { name: 'amqp.work-dead', moved: true },
  { name: 'amqp.wait', passing: true },
  { name: 'amqp.later', moved: true },
  { name: 'sqs-standard', counted: true, holdMs: 3_000 },
  { name: 'sqs-later', counted: true, holdMs: 3_000 },
  { name: 'sqs-poison', counted: true, passing: true, holdMs: 1_000 },
  { name: 'sqs-poison-dead', counted: true, moved: true },
  { name: 'sqs-groups.fifo', counted: true, stableOnly: true, fifo: true, holdMs: 2_000 },
  { name: 'retained', stableOnly: true, holdMs: 3_000 },
];
