import { ValueReader, ValueWriter } from '../group/value-codec.js';
import { Deduplication } from './deduplication.js';
import type { MessageQueue } from './message-queue.js';

/**
 * What a queue must know after a restart beside its records, as one value of the metadata store. Numbers are LEB128:
 *
 *   flush · tail · reserved · handed out below · handed out below before the last crash · flag indexed · done floor
 *   · n, n × (from, length) done above it · n × (seq, attempts) · n × (delayed seq, due ms) · n × (seq, order) of what fell due
 *   · n × (held seq, attempts, deadline ms) · n × (id text, seq, time ms) seen · n × (queue seq, shared seq)
 *
 * Journal entries and runs of flushes below `flush` are in it; what comes later is replayed on top, and replaying
 * something twice does no harm.
 */
const FORMAT = 1;

export function encodeCheckpoint(queue: MessageQueue, flush: number): Uint8Array {
  const out = new ValueWriter().byte(FORMAT);
  out
    .unsigned(flush)
    .unsigned(queue.tail)
    .unsigned(queue.reserved)
    .unsigned(queue.handedOut.reserved)
    .unsigned(queue.redeliveredBelow)
    .byte(queue.indexed ? 1 : 0);
  out.unsigned(queue.done.floor);
  const ranges: number[] = [];
  queue.done.forEachRange((from, to) => ranges.push(from, to - from));
  writePairs(out, ranges);
  const attempts: number[] = [...queue.attempts].flat();
  queue.heap.forEach((_order, seq, count) => {
    if (count > 0 && !queue.done.has(seq)) attempts.push(seq, count);
  });
  queue.groups?.forEachWaiting((message) => {
    if (message.attempts > 0) attempts.push(message.seq, message.attempts);
  });
  const held: number[] = [];
  queue.inFlight.forEach((place) => {
    const seq = queue.inFlight.seq(place);
    attempts.push(seq, queue.inFlight.attempts(place));
    if (queue.grouped) held.push(seq, queue.inFlight.attempts(place), queue.inFlight.deadlineMs(place));
  });
  writePairs(out, attempts);
  writePairs(out, [...queue.delayed].flat());
  writePairs(out, [...queue.dueOrders].flat());
  out.unsigned(held.length / 3);
  for (const value of held) out.unsigned(value);
  const seen = queue.deduplication === undefined ? [] : [...queue.deduplication.entries()];
  out.unsigned(seen.length);
  for (const [id, seq, timeMs] of seen) out.text(id).unsigned(seq).unsigned(timeMs);
  writePairs(out, queue.marks.toArray());
  return out.finish();
}

function writePairs(out: ValueWriter, pairs: readonly number[]): void {
  out.unsigned(pairs.length / 2);
  for (const value of pairs) out.unsigned(value);
}

/** A hold that outlives its holder's connection: FIFO receives with a deadline. */
export interface RestoredHold {
  readonly attempts: number;
  readonly deadlineMs: number;
}

/** Takes the checkpoint in. Returns its flush: what came before needs no replay. */
export function decodeCheckpoint(queue: MessageQueue, value: Uint8Array, held: Map<number, RestoredHold>): number {
  const reader = new ValueReader(value);
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`a queue checkpoint of format ${format}, ${FORMAT} is known`);
  const pairs = (visit: (a: number, b: number) => void): void => {
    for (let n = reader.unsigned(); n > 0; n--) visit(reader.unsigned(), reader.unsigned());
  };
  const flush = reader.unsigned();
  queue.tail = reader.unsigned();
  queue.reserved = reader.unsigned();
  queue.handedOut.reserved = reader.unsigned();
  queue.redeliveredBelow = reader.unsigned();
  queue.indexed = reader.byte() === 1;
  queue.done.floor = reader.unsigned();
  pairs((from, length) => queue.done.addRange(from, from + length));
  pairs((seq, attempts) => queue.attempts.set(seq, attempts));
  pairs((seq, dueMs) => queue.delayed.set(seq, dueMs));
  pairs((seq, order) => queue.dueOrders.set(seq, order));
  for (let n = reader.unsigned(); n > 0; n--) {
    const seq = reader.unsigned();
    held.set(seq, { attempts: reader.unsigned(), deadlineMs: reader.unsigned() });
  }
  const seen = reader.unsigned();
  for (let n = seen; n > 0; n--) {
    const id = reader.text();
    queue.deduplication ??= new Deduplication(queue.settings.deduplicationMs ?? 300_000);
    queue.deduplication.add(id, reader.unsigned(), reader.unsigned());
  }
  pairs((queueSeq, sharedSeq) => queue.marks.add(queueSeq, sharedSeq));
  return flush;
}
