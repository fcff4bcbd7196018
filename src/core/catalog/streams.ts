import type { DeliveryContext } from '../delivery/delivery-context.js';
import { MessageQueue } from '../delivery/message-queue.js';
import type { Partition } from '../log/partition.js';
import { QueueEntry } from './queue-entry.js';
import type { TopicEntry } from './topic-entry.js';

/** No log of its own: nothing of a stream's state is journaled. */
const NO_LOG = -1;

/** Readers that go along a partition's log by position, each a queue that only its reader knows. */
export class Streams {
  readonly #byPartition = new Map<number, Set<QueueEntry>>();

  open(
    context: DeliveryContext,
    handle: number,
    topic: TopicEntry,
    partition: Partition,
    fromOffset: number,
  ): QueueEntry {
    // whoever gives a record back has read it all the same: the first return is one too many, and it is settled
    const settings = { deliveryLimit: 0 };
    const spec = { durable: false, autoDelete: false, owner: 0, grouped: false, retainMs: undefined, settings };
    const state = new MessageQueue(context, handle, NO_LOG, { ...spec, source: partition.log });
    const first = Math.max(fromOffset, partition.logStart);
    if (first > 0) state.done.addRange(0, first - 1);
    state.window.reset(first);
    state.tail = state.visibleEnd = first;
    const { virtualHost, name, dialect } = topic;
    const now = context.nowMs;
    const entry = new QueueEntry(state, virtualHost, name, { ...spec, dialect }, new Map(), partition.handle, now, now);
    const streams = this.#byPartition.get(partition.handle);
    if (streams === undefined) this.#byPartition.set(partition.handle, new Set([entry]));
    else streams.add(entry);
    partition.streams++;
    return entry;
  }

  /** False when the queue is no stream. */
  remove(entry: QueueEntry, partition: Partition | undefined): boolean {
    const streams = this.#byPartition.get(entry.partition);
    if (streams?.delete(entry) !== true) return false;
    if (streams.size === 0) this.#byPartition.delete(entry.partition);
    if (partition !== undefined) partition.streams--;
    return true;
  }

  of(partition: Partition): Iterable<QueueEntry> {
    return this.#byPartition.get(partition.handle) ?? [];
  }
}
