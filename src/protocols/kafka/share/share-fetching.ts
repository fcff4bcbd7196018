import { batchBaseOffset, batchNextOffset } from '../../../bytes/index.js';
import type { Host } from '../../../core/index.js';
import type { Acquisition, Hold } from './share-acquirer.js';
import type { ShareConfig } from './share-config.js';
import type { ShareGroups } from './share-groups.js';
import { isGone } from './share-queues.js';
import { noteHolds, type SharedPartition, type ShareSession } from './share-session.js';

/** So many records are taken before what they weigh is looked at. */
const STEP_RECORDS = 100;
/** How much of a log is read at once. */
const READ_BYTES = 0x10_0000;

export interface ShareLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly waitMs: number;
}

/** What a member was given of one partition. */
export interface Shared {
  readonly partition: SharedPartition;
  readonly leaderEpoch: number;
  readonly holds: readonly Hold[];
  readonly batches: readonly Uint8Array[];
}

/** One request for records: takes from the member's partitions in turn, and waits where none has any. */
export class ShareFetching {
  readonly #host: Host;
  readonly #shares: ShareGroups;
  readonly #session: ShareSession;
  readonly #config: ShareConfig;
  readonly #limits: ShareLimits;
  readonly #taken = new Map<SharedPartition, { readonly handle: number; readonly holds: Hold[] }>();
  #records = 0;
  #bytes = 0;
  #isAbandoned = false;
  #cancel: (() => void) | undefined;

  constructor(host: Host, shares: ShareGroups, session: ShareSession, config: ShareConfig, limits: ShareLimits) {
    this.#host = host;
    this.#shares = shares;
    this.#session = session;
    this.#config = config;
    this.#limits = limits;
  }

  /** The client is gone: nothing is waited for, and the session gives back what was taken. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#cancel?.();
  }

  /** @param places the partitions that exist, with their handles, in turn */
  async run(places: readonly (readonly [SharedPartition, number])[]): Promise<readonly Shared[]> {
    const open: (readonly [SharedPartition, number, number])[] = [];
    for (const [partition, handle] of places) {
      const queue = await this.#open(handle);
      if (queue >= 0) open.push([partition, handle, queue]);
    }
    for (const [partition, handle, queue] of open) {
      if (this.#isFull) break;
      await this.#take(partition, handle, queue);
    }
    if (this.#records === 0 && this.#limits.waitMs > 0 && !this.#isAbandoned) await this.#wait(open);
    return await this.#read();
  }

  get #isFull(): boolean {
    return this.#isAbandoned || this.#records >= this.#limits.maxRecords || this.#bytes >= this.#limits.maxBytes;
  }

  async #open(handle: number): Promise<number> {
    try {
      return await this.#shares.queues.open(handle, this.#session.groupId, this.#config);
    } catch (error) {
      if (isGone(error)) return -1;
      throw error;
    }
  }

  /** What is there now. */
  async #take(partition: SharedPartition, handle: number, queue: number): Promise<void> {
    while (!this.#isFull) {
      const max = Math.min(this.#room(queue), STEP_RECORDS);
      if (max <= 0) return;
      const { result } = this.#shares.acquirer.acquire(queue, max, this.#config.lockMs, 0);
      const acquisition = await result;
      this.#host.enter();
      this.#note(partition, handle, acquisition);
      if (acquisition.holds.length < max) return;
    }
  }

  /** How many more may be taken; 0 also for a partition that is gone. */
  #room(queue: number): number {
    try {
      const { inFlight } = this.#host.broker.counts(queue);
      return Math.min(this.#limits.maxRecords - this.#records, this.#config.maxLocks - inFlight);
    } catch (error) {
      if (isGone(error)) return 0;
      throw error;
    }
  }

  /** Until any partition has something, or the time is over. */
  async #wait(open: readonly (readonly [SharedPartition, number, number])[]): Promise<void> {
    const waits: { readonly cancel: () => void; readonly over: Promise<void> }[] = [];
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#cancel = resolve;
      // A member without partitions waits all the same.
      timer = setTimeout(resolve, this.#limits.waitMs);
      for (const [partition, handle, queue] of open) {
        const max = Math.min(this.#room(queue), STEP_RECORDS);
        if (max <= 0) continue;
        const { result, cancel } = this.#shares.acquirer.acquire(queue, max, this.#config.lockMs, this.#limits.waitMs);
        const over = result.then((acquisition) => {
          this.#note(partition, handle, acquisition);
          if (acquisition.holds.length > 0) resolve();
        });
        waits.push({ cancel, over });
      }
    });
    clearTimeout(timer);
    this.#cancel = undefined;
    this.#host.enter();
    for (const { cancel } of waits) cancel();
    await Promise.all(waits.map(({ over }) => over));
    this.#host.enter();
  }

  #note(partition: SharedPartition, handle: number, { holds, sizeBytes }: Acquisition): void {
    if (holds.length === 0) return;
    noteHolds(partition, holds);
    this.#records += holds.length;
    this.#bytes += sizeBytes;
    const taken = this.#taken.get(partition);
    if (taken === undefined) this.#taken.set(partition, { handle, holds: [...holds] });
    else taken.holds.push(...holds);
  }

  /** The batches that hold what was taken. */
  async #read(): Promise<readonly Shared[]> {
    const shared: Shared[] = [];
    for (const [partition, { handle, holds }] of this.#taken) {
      this.#session.served(partition);
      holds.sort((a, b) => a.offset - b.offset);
      try {
        const { leaderEpoch } = this.#host.broker.partition(handle);
        shared.push({ partition, leaderEpoch, holds, batches: await this.#batchesWith(handle, holds) });
      } catch (error) {
        // Gone meanwhile, and what was taken with it.
        if (!isGone(error)) throw error;
      }
    }
    this.#host.enter();
    return shared;
  }

  async #batchesWith(handle: number, holds: readonly Hold[]): Promise<readonly Uint8Array[]> {
    const batches: Uint8Array[] = [];
    for (let i = 0; i < holds.length; ) {
      const from = holds[i].offset;
      const upTo = (holds.at(-1)?.offset ?? from) + 1;
      const read = await this.#host.readBatches(handle, from, upTo, READ_BYTES);
      if (read.length === 0) break;
      for (const batch of read) {
        const first = i;
        while (i < holds.length && holds[i].offset < batchNextOffset(batch, 0)) i++;
        if (i > first && holds[i - 1].offset >= batchBaseOffset(batch, 0)) batches.push(batch);
      }
    }
    return batches;
  }
}

/** Neighbouring offsets that are delivered for the same time, as the protocol lists them. */
export function acquiredRecords(
  holds: readonly Hold[],
): { readonly firstOffset: number; readonly lastOffset: number; readonly deliveryCount: number }[] {
  const ranges: { firstOffset: number; lastOffset: number; deliveryCount: number }[] = [];
  for (const { offset, attempts } of holds) {
    const last = ranges.at(-1);
    if (last !== undefined && last.lastOffset === offset - 1 && last.deliveryCount === attempts)
      last.lastOffset = offset;
    else ranges.push({ firstOffset: offset, lastOffset: offset, deliveryCount: attempts });
  }
  return ranges;
}
