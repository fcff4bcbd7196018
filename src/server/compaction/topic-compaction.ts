import { batchBaseOffset, batchNextOffset, batchSizeBytes, DIALECT_KAFKA } from '../../bytes/index.js';
import type { BrokerCore, LogChunk, Shard } from '../../core/index.js';
import { type CompactionPolicy, compactionPolicy } from '../../protocols/kafka/index.js';
import { Compactor } from './compactor.js';

/** Kafka's cleaner looks every 15 s; tests and small topics are glad of less. */
const LOOK_EVERY_MS = 5_000;

export interface TopicCompactionPorts {
  readonly core: BrokerCore;
  readonly shard: Shard;
  /** First in every piece of work: the core's time moves on. */
  enter(): void;
  whenStable(flush: number, callback: () => void): void;
  congested(): boolean;
  /** Runs of flushes below this are in a checkpoint, with all that follows from them. */
  checkpointed(): number;
  /** Asks for a checkpoint soon. */
  wantCheckpoint(): void;
  failed(error: unknown): void;
}

/** Compacts the broker's topics, one partition after another, off the hot path. */
export class TopicCompaction {
  readonly #ports: TopicCompactionPorts;
  readonly #compactor: Compactor;
  #nextMs = 0;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(ports: TopicCompactionPorts) {
    this.#ports = ports;
    const { core, shard } = ports;
    this.#compactor = new Compactor({
      nowMs: () => core.nowMs,
      extents: (log) => shard.extents(log, 0, Number.POSITIVE_INFINITY),
      read: async (log, extent) => {
        const chunks = await shard.read(log, extent.firstSeq, 1);
        return chunks.flatMap((chunk) => [...currentBatches(chunk)]);
      },
      checkpointed: () => ports.checkpointed(),
      wantCheckpoint: () => ports.wantCheckpoint(),
    });
  }

  /** To be called every now and then; begins a round when it is time and none is under way. */
  look(): void {
    const { core } = this.#ports;
    if (this.#running !== undefined || core.nowMs < this.#nextMs || this.#ports.congested()) return;
    this.#nextMs = core.nowMs + LOOK_EVERY_MS;
    this.#running = this.#round()
      .catch((error: unknown) => {
        if (!this.#stopped) this.#ports.failed(error);
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Nothing is begun any more; what is under way ends at the next partition or rewrite. */
  stop(): void {
    this.#stopped = true;
  }

  async #round(): Promise<void> {
    const { core } = this.#ports;
    for (const { handle } of [...core.destinations.allPartitions()]) {
      const policy = this.policyOf(handle);
      if (this.#stopped || policy === undefined) continue;
      if (policy.compacts) await this.#compact(handle, policy);
    }
  }

  /** Undefined for a partition that is gone. A retained queue's log is never compacted: its sequences are messages. */
  policyOf(handle: number): CompactionPolicy | undefined {
    const { destinations } = this.#ports.core;
    const partition = destinations.partitionOrUndefined(handle);
    if (partition === undefined) return undefined;
    const topic = destinations.topic(partition.topic);
    const policy = compactionPolicy(topic.declaredBy.get(DIALECT_KAFKA) ?? {});
    return topic.queue >= 0 ? { ...policy, compacts: false, deletes: true } : policy;
  }

  async #compact(handle: number, policy: CompactionPolicy): Promise<void> {
    const ports = this.#ports;
    const { destinations } = ports.core;
    const partition = destinations.partition(handle);
    const isStopped = () => this.#stopped;
    await this.#compactor.compact({
      log: partition.log,
      get logStart() {
        return partition.logStart;
      },
      lastStable: partition.lastStable,
      policy,
      aborted: [...partition.producers.aborted],
      get exists() {
        return !isStopped() && destinations.partitionOrUndefined(handle) === partition;
      },
      rewrite: async (first, last, payload, maxTimestampMs) => {
        ports.enter();
        partition.rewrite(first, last, payload, maxTimestampMs);
        await new Promise<void>((resolve) => {
          ports.whenStable(ports.core.flush, resolve);
        });
      },
    });
  }
}

/** The batches of a chunk that no later rewrite replaced: a rewrite takes whole batches. */
export function* currentBatches({ buffer, start, end, currentFirst, currentLast }: LogChunk): Iterable<Uint8Array> {
  for (let at = start; at < end; ) {
    const batch = buffer.subarray(at, at + batchSizeBytes(buffer, at));
    at += batch.length;
    if (batchNextOffset(batch, 0) > currentFirst && batchBaseOffset(batch, 0) <= currentLast) yield batch;
  }
}
