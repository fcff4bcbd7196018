import type { Destinations } from './catalog/destinations.js';
import type { MetadataEffects } from './catalog/metadata-effects.js';
import { Checkpoints } from './checkpoints.js';
import type { CoreEffects } from './core-effects.js';
import type { DeadLettering } from './delivery/dead-lettering.js';
import type { DeliveryContext, RecordPlace } from './delivery/delivery-context.js';
import type { MessageQueue } from './delivery/message-queue.js';
import { RecordView } from './delivery/record-view.js';
import { RecordWriter } from './delivery/record-writer.js';
import { SharedBodies } from './delivery/shared-bodies.js';
import { TimerHeap } from './delivery/timer-heap.js';
import { ForgottenLogs } from './forgotten-logs.js';
import { FlushBuilder } from './log/flush-builder.js';
import type { JournalWriter } from './log/journal-entry.js';
import { Memory, type MemoryLimits } from './log/memory.js';
import type { Partition } from './log/partition.js';
import type { DeathReason } from './message.js';
import type { FlushLayout } from './ports.js';

/**
 * What everything in the core shares: time, memory, the gathering flush, and the lists of who has to be told when a
 * flush is closed or has become stable.
 */
export class CoreContext implements DeliveryContext, MetadataEffects {
  nowMs: number;
  stableFlush: number;
  readonly memory: Memory;
  readonly timers = new TimerHeap();
  readonly writer = new RecordWriter();
  readonly delivery = new RecordView();
  readonly scratch = new RecordView();
  readonly builder: FlushBuilder;
  readonly shared: SharedBodies;
  readonly deliverBeforeSync: boolean;
  readonly checkpoints: Checkpoints;
  readonly forgotten: ForgottenLogs;
  readonly #effects: CoreEffects;
  #destinations!: Destinations;
  #deadLettering!: DeadLettering;
  /** Queues with journal entries to make when the gathering flush is closed. */
  readonly #noted = new Set<MessageQueue>();
  /** Queues and partitions that wait for a flush. */
  readonly #unstableQueues = new Set<MessageQueue>();
  readonly #unstablePartitions = new Set<Partition>();
  /** Floors of the shared log, each with the flush that must be stable before it holds. Ascending. */
  readonly #sharedFloors: { readonly flush: number; readonly floor: number }[] = [];
  #sharedFloor = 0;

  constructor(
    effects: CoreEffects,
    layout: FlushLayout,
    nextFlush: number,
    nowMs: number,
    options: { readonly deliverBeforeSync: boolean; readonly memory: MemoryLimits },
  ) {
    this.#effects = effects;
    this.nowMs = nowMs;
    this.stableFlush = nextFlush - 1;
    this.deliverBeforeSync = options.deliverBeforeSync;
    this.memory = new Memory(options.memory);
    this.builder = new FlushBuilder(this.memory, layout, nextFlush, (journal) => this.#journalNotes(journal));
    this.shared = new SharedBodies(this.memory, () => this.builder);
    this.checkpoints = new Checkpoints((key, value) => this.#change(key, value));
    this.forgotten = new ForgottenLogs(effects);
  }

  /** The rooms that are built upon this one. */
  connect(destinations: Destinations, deadLettering: DeadLettering): void {
    this.#destinations = destinations;
    this.#deadLettering = deadLettering;
  }

  // ---- metadata

  put(key: string, value: Uint8Array): void {
    this.#change(key, value);
  }

  remove(key: string): void {
    this.#change(key, undefined);
  }

  #change(key: string, value: Uint8Array | undefined): void {
    this.builder.put(key, value);
    this.gathered(false);
  }

  // ---- flushes

  gathered(waits: boolean): void {
    if (waits) this.builder.requireSync(this.builder.number);
    this.#effects.gathered(waits);
  }

  journalLater(queue: MessageQueue): void {
    this.#noted.add(queue);
    this.gathered(false);
  }

  #journalNotes(journal: JournalWriter): void {
    for (const queue of this.#noted) {
      if (queue.notes.pending) journal.done(queue.log, queue.notes.firsts, queue.notes.lasts);
      queue.notes.clear();
      queue.touch();
      if (!queue.retained) this.forgotten.trim(queue.log, queue.done.floor, this.builder.number);
    }
    this.#noted.clear();
  }

  /** Something is gathering, or waits to be journaled. */
  get pending(): boolean {
    return this.#noted.size > 0 || this.builder.pending;
  }

  /** Does the gathering flush carry anything, or will it when it is taken? */
  get gathering(): boolean {
    return this.#noted.size > 0 || this.builder.gathering;
  }

  awaitStable(queue: MessageQueue): void {
    this.#unstableQueues.add(queue);
  }

  /** Something was appended to the partition. */
  appended(partition: Partition): void {
    this.#unstablePartitions.add(partition);
    this.gathered(partition.waits);
  }

  /** The flush that was taken is committed: what it carries may be seen. */
  flushed(number: number): void {
    this.builder.settled();
    this.stableFlush = number;
    for (const partition of this.#unstablePartitions) {
      if (partition.stableEnds.flushed(number)) this.#moved(partition);
      if (!partition.stableEnds.pending) this.#unstablePartitions.delete(partition);
    }
    for (const queue of this.#unstableQueues) {
      queue.flushed(number);
      if (!queue.unstable) this.#unstableQueues.delete(queue);
    }
    this.forgotten.flushed(number);
  }

  #moved(partition: Partition): void {
    for (const { state, uncommitted } of this.#destinations.queuesOver(partition)) {
      state.extend(partition.visibleEnd(uncommitted));
    }
    this.#effects.partitionMoved(partition.handle);
  }

  changed(queue: MessageQueue): void {
    this.checkpoints.changed(queue);
  }

  /** The queue is gone for good. */
  forgetQueue(queue: MessageQueue): void {
    this.#noted.delete(queue);
    this.#unstableQueues.delete(queue);
    queue.free();
    if (queue.durable) this.checkpoints.forget(queue);
    if (!queue.retained && (queue.durable || queue.spilled)) this.forgotten.drop(queue.log, this.builder.number);
  }

  /** The partition is gone for good. */
  forgetPartition(partition: Partition): void {
    this.#unstablePartitions.delete(partition);
    this.checkpoints.forgetPartition(partition);
    this.forgotten.drop(partition.log, this.builder.number);
    this.#effects.partitionMoved(partition.handle);
  }

  /** The sequence of the shared log below which no queue will ask for anything, as far as that is stable. */
  sharedFloor(): number {
    let lowest = this.shared.tail;
    for (const { state } of this.#destinations.allQueues()) {
      lowest = Math.min(lowest, state.marks.lowest(state.done.floor, state.tail));
    }
    const floors = this.#sharedFloors;
    if (lowest > (floors.at(-1)?.floor ?? this.#sharedFloor))
      floors.push({ flush: this.builder.number, floor: lowest });
    while (floors.length > 0 && floors[0].flush <= this.stableFlush) this.#sharedFloor = floors.shift()!.floor;
    return this.#sharedFloor;
  }

  // ---- what queues ask for

  need(queue: MessageQueue, fromSeq: number): void {
    this.#effects.need(queue.handle, queue.source, fromSeq);
  }

  needShared(queue: MessageQueue, fromSeq: number): void {
    this.#effects.needShared(queue.handle, fromSeq);
  }

  deadLetter(queue: MessageQueue, seq: number, record: RecordPlace, attempts: number, reason: DeathReason): void {
    this.#deadLettering.send(queue.handle, seq, record, attempts, reason, this.nowMs);
  }
}
