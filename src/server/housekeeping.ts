import { type BrokerCore, type Shard, SHARED_LOG } from '../core/index.js';
import type { TopicCompaction } from './compaction/topic-compaction.js';
import { hasRetention, retainedFrom } from './retention.js';
import { Rewriter } from './rewriter.js';

const HOUSEKEEPING_MS = 1_000;
/** Kafka's `log.retention.check.interval.ms` is five minutes; tests and small disks are glad of less. */
const RETENTION_EVERY_MS = 30_000;

/** What is done from time to time so that the store keeps no more than it has to. */
export class Housekeeping {
  readonly #core: BrokerCore;
  readonly #shard: Shard;
  readonly #enter: () => void;
  readonly #compaction: TopicCompaction;
  readonly #rewriter: Rewriter;
  readonly #failed: (error: unknown) => void;
  #interval: NodeJS.Timeout | undefined;
  #trimmedShared = 0;
  #retentionAtMs = 0;

  /** `failed` is told when a queue could not be rewritten. */
  constructor(
    core: BrokerCore,
    shard: Shard,
    enter: () => void,
    compaction: TopicCompaction,
    failed: (error: unknown) => void,
  ) {
    this.#core = core;
    this.#shard = shard;
    this.#enter = enter;
    this.#compaction = compaction;
    this.#rewriter = new Rewriter(core, shard, enter);
    this.#failed = failed;
  }

  start(): void {
    this.#interval = setInterval(() => this.#round(), HOUSEKEEPING_MS).unref();
  }

  stop(): void {
    this.#compaction.stop();
    clearInterval(this.#interval);
  }

  #round(): void {
    this.#enter();
    if (this.#core.nowMs >= this.#retentionAtMs) this.#applyRetention();
    this.#rewriter.run().catch(this.#failed);
    this.#compaction.look();
    const floor = this.#core.sharedFloor();
    if (floor <= this.#trimmedShared) return;
    this.#trimmedShared = floor;
    this.#shard.trim(SHARED_LOG, floor);
  }

  /** Topics let go of what is too old or too much. */
  #applyRetention(): void {
    const core = this.#core;
    this.#retentionAtMs = core.nowMs + RETENTION_EVERY_MS;
    for (const partition of core.destinations.allPartitions()) {
      const { handle, log, logStart } = partition;
      if (!hasRetention(partition.settings) || this.#compaction.policyOf(handle)?.deletes !== true) continue;
      const extents = this.#shard.extents(log, logStart, Number.POSITIVE_INFINITY);
      const from = retainedFrom(partition, extents, core.nowMs);
      if (from > logStart) core.deleteRecords(handle, from);
    }
  }
}
