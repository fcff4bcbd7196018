import assert from 'node:assert/strict';
import { decodeUtf8 } from '../../bytes/index.js';
import type { SessionSink } from '../broker.js';
import type { Death, Delivery } from '../message.js';

/** One delivery as a sink saw it. */
export interface Delivered {
  readonly token: number;
  readonly deliveryId: number;
  readonly queue: number;
  readonly seq: number;
  readonly attempts: number;
  readonly redelivered: boolean;
  readonly firstAcquiredMs: number;
  readonly body: string;
  readonly group: string | undefined;
  readonly deaths: readonly Death[];
}

/** A session's other end: it keeps what it is told. */
export class RecordingSink implements SessionSink {
  readonly delivered: Delivered[] = [];
  readonly acquires: { readonly token: number; readonly count: number; readonly gone: boolean }[] = [];
  readonly cancellations: number[] = [];
  /** How many more deliveries are taken before it asks for a pause. */
  room = Number.POSITIVE_INFINITY;

  deliver(delivery: Delivery): boolean {
    const { envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd } = delivery;
    const text = decodeUtf8(body, bodyStart, bodyEnd);
    assert.equal(decodeUtf8(envelope, envelopeStart, envelopeEnd), `envelope of ${text.slice(0, 40)}`);
    const { token, deliveryId, queue, seq, attempts, redelivered, firstAcquiredMs, group } = delivery;
    this.delivered.push({
      token,
      deliveryId,
      queue,
      seq,
      attempts,
      redelivered,
      firstAcquiredMs,
      body: text,
      group,
      deaths: delivery.history(),
    });
    return --this.room > 0;
  }

  acquired(token: number, count: number, gone: boolean): void {
    this.acquires.push({ token, count, gone });
  }

  cancelled(token: number): void {
    this.cancellations.push(token);
  }

  get bodies(): string[] {
    return this.delivered.map((delivery) => delivery.body);
  }

  /** What was delivered since the last call. */
  take(): Delivered[] {
    return this.delivered.splice(0);
  }
}
