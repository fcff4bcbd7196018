import type { DeathReason } from '../message.js';
import type { FlushBuilder } from '../log/flush-builder.js';
import type { Memory } from '../log/memory.js';
import type { MessageQueue } from './message-queue.js';
import type { RecordView } from './record-view.js';
import type { RecordWriter } from './record-writer.js';
import type { SharedBodies } from './shared-bodies.js';
import type { TimerHeap } from './timer-heap.js';

/** What all queues of a broker share. */
export interface DeliveryContext {
  readonly nowMs: number;
  readonly memory: Memory;
  readonly builder: FlushBuilder;
  readonly timers: TimerHeap;
  readonly writer: RecordWriter;
  readonly shared: SharedBodies;
  /** Handed to sinks. */
  readonly delivery: RecordView;
  /** For looking into a record without delivering it. */
  readonly scratch: RecordView;
  /** Whether a standard queue may hand a message out before it is stable. */
  readonly deliverBeforeSync: boolean;
  /** Something was added to the gathering flush; `waits`: somebody waits for it to be stable. */
  gathered(waits: boolean): void;
  /** The queue is no longer what its last checkpoint says; told once until the next one begins. */
  changed(queue: MessageQueue): void;
  /** The queue shows what was appended only when its flush is stable. */
  awaitStable(queue: MessageQueue): void;
  /** The records from `fromSeq` on are wanted in memory; answered by {@link MessageQueue.loaded}. */
  need(queue: MessageQueue, fromSeq: number): void;
  /** The queue has journal entries to make before the gathering flush is closed. */
  journalLater(queue: MessageQueue): void;
  /** Sends a record on to the queue's dead-letter target, if it has one. `view` is the record as it lies. */
  deadLetter(queue: MessageQueue, view: RecordView, attempts: number, reason: DeathReason): void;
  /** The last consumer of an auto-delete queue went away. */
  autoDelete(queue: MessageQueue): void;
}

/** Kinds of entries in {@link DeliveryContext.timers}; the item is a sequence unless said otherwise. */
export const TIMER_DUE = 1;
export const TIMER_EXPIRE = 2;
export const TIMER_HEAD_EXPIRE = 3; // no item
export const TIMER_DEADLINE = 4;
export const TIMER_WAITER = 5; // item: holder
export const TIMER_QUEUE_EXPIRES = 6; // no item
export const TIMER_GROUP_DUE = 7; // no item
