import { writeConfirm, writeRefusal } from './frame-writer.js';
import type { OutputBuffer } from './output-buffer.js';

/**
 * Publisher confirms of one channel. Publishes count from 1; what waits for a flush is confirmed with one multiple ack
 * when it is stable, what waits for nothing at the end of the turn. A multiple ack covers only tags that are settled:
 * refusals are written at once, and waiting ones are confirmed in the order of their flushes, which is their own order.
 */
export class Confirms {
  private readonly channel: number;
  private published = 0;
  /** All tags up to here are settled. */
  private settledUpTo = 0;
  /** Publishes that wait, one entry per flush: the flush and the last tag in it. */
  private readonly waitingFlush: number[] = [];
  private readonly waitingTag: number[] = [];
  /** Tags that wait for nothing while lower ones do. */
  private ready: number[] = [];
  /** Nothing waits below this tag, which is to be confirmed this turn. */
  private readyUpTo = 0;

  constructor(channel: number) {
    this.channel = channel;
  }

  /** The tag of the next publish. */
  nextTag(): number {
    return ++this.published;
  }

  get waiting(): boolean {
    return this.waitingTag.length > 0;
  }

  /** The publish was accepted; it is confirmed when `flush` is stable. */
  acceptedWith(tag: number, flush: number): void {
    const last = this.waitingFlush.length - 1;
    if (last >= 0 && this.waitingFlush[last] === flush) {
      this.waitingTag[last] = tag;
      return;
    }
    this.waitingFlush.push(flush);
    this.waitingTag.push(tag);
  }

  /** The publish was accepted and waits for nothing; {@link writeReady} confirms it. */
  accepted(tag: number): void {
    if (this.waiting) this.ready.push(tag);
    else this.readyUpTo = tag;
  }

  refused(tag: number, out: OutputBuffer): void {
    writeRefusal(out, this.channel, tag);
    if (
      !this.waiting &&
      this.ready.length === 0 &&
      this.readyUpTo <= this.settledUpTo &&
      tag === this.settledUpTo + 1
    ) {
      this.settledUpTo = tag;
    }
  }

  /** Confirms what waited for `stableFlush` or an earlier one. Returns whether anything was written. */
  stable(stableFlush: number, out: OutputBuffer): boolean {
    let count = 0;
    while (count < this.waitingFlush.length && this.waitingFlush[count] <= stableFlush) count++;
    if (count === 0) return false;
    this.confirmUpTo(this.waitingTag[count - 1], out);
    this.waitingFlush.splice(0, count);
    this.waitingTag.splice(0, count);
    return true;
  }

  /** Confirms what waits for nothing. */
  writeReady(out: OutputBuffer): void {
    if (this.readyUpTo > this.settledUpTo) this.confirmUpTo(this.readyUpTo, out);
    for (const tag of this.ready) {
      if (tag > this.settledUpTo) writeConfirm(out, this.channel, tag, false);
    }
    this.ready = [];
  }

  private confirmUpTo(tag: number, out: OutputBuffer): void {
    writeConfirm(out, this.channel, tag, tag > this.settledUpTo + 1);
    this.settledUpTo = tag;
  }
}
