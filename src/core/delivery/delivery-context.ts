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
  /** The queue is told of flushes that become stable until it waits for none; see {@link MessageQueue.flushed}. */
  awaitStable(queue: MessageQueue): void;
  /** The queue differs from its last checkpoint. */
  changed(queue: MessageQueue): void;
  /** The records of the queue's log from `fromSeq` on are wanted; answered through {@link QueueReader}. */
  need(queue: MessageQueue, fromSeq: number): void;
  /** Records of the shared log are wanted for that queue. */
  needShared(queue: MessageQueue, fromSeq: number): void;
  /** The queue has journal entries to make before the gathering flush is closed. */
  journalLater(queue: MessageQueue): void;
  /**
   * Sends a message on to the queue's dead-letter target, now or as soon as what is being sent already has arrived;
   * then calls `departed`. The record is copied at once.
   */
  deadLetter(queue: MessageQueue, seq: number, record: RecordPlace, attempts: number, reason: DeathReason): void;
}

/** A record in memory, with the shared one that it refers to. Valid until the next allocation. */
export interface RecordPlace {
  readonly buffer: Uint8Array;
  readonly at: number;
  readonly sharedBuffer: Uint8Array | undefined;
  readonly sharedAt: number;
}

/** Kinds of entries in {@link DeliveryContext.timers}; the item is a sequence unless said otherwise. */
export const TIMER_DUE = 1;
export const TIMER_HEAD_EXPIRE = 2; // no item
export const TIMER_DEADLINE = 3;
export const TIMER_WAITER = 4; // item: holder
export const TIMER_QUEUE_EXPIRES = 5; // no item
export const TIMER_EXPIRE = 6;
