import { ValueReader, ValueWriter } from '../group/value-codec.js';
import { Deduplication } from './deduplication.js';
import { DELAYED, HELD, READY } from './message-table.js';
import type { MessageQueue } from './message-queue.js';

/**
 * What a queue must know after a restart beside its records, as one value of the metadata store. Numbers are LEB128:
 *
 *   u8 format · flush · tail · reserved · handed out below · redelivered below · u8 may expire
 *   · live messages · bytes of their bodies
 *   · done floor · n, n × (gap since the last range, length) done above it
 *   · n, n × exception (see below)
 *   · n, n × (id text, seq, time ms) seen
 *   · n, n × (queue seq, shared seq)
 *
 * An exception is a message that is not simply next in the log: seq · attempts · first acquired ms · body size
 * · place in the order + 1, 0: its own · u8 state · time ms · when it expires ms.
 *
 * Journal entries and runs of flushes below `flush` are in it; what comes later is replayed on top, and replaying
 * something twice does no harm. What only headers tell (priorities, groups) is not in it.
 */
const FORMAT = 2;

/** How a message stands that is not simply next in the log. */
export interface MessageException {
  attempts: number;
  firstMs: number;
  sizeBytes: number;
  /** Its place in the order, without the priority's part; negative: its own sequence. */
  place: number;
  /** READY, DELAYED or HELD. */
  state: number;
  /** When it is due, or its hold ends. */
  timeMs: number;
  /** 0: never, or with the queue's own time to live. */
  expiresMs: number;
}

/** The parts of a checkpoint that do not stand in the queue right away. */
export interface RestoredState {
  readonly flush: number;
  readonly liveCount: number;
  readonly liveBytes: number;
  readonly exceptions: Map<number, MessageException>;
}

export function encodeCheckpoint(queue: MessageQueue, flush: number): Uint8Array {
  const { rows, done, context } = queue;
  const out = new ValueWriter().byte(FORMAT).unsigned(flush).unsigned(queue.tail).unsigned(queue.sequences.end);
  out
    .unsigned(queue.redelivery.end)
    .unsigned(queue.redelivery.below)
    .byte(queue.expiring ? 1 : 0);
  let liveBytes = queue.readyBytes;
  rows.forEach((place) => {
    if (rows.state[place] !== READY) liveBytes += rows.sizeBytes[place];
  });
  out.unsigned(queue.visibleEnd - done.floor - done.countIn(done.floor, queue.visibleEnd - 1)).unsigned(liveBytes);
  out.unsigned(done.floor);
  const ranges: number[] = [];
  let last = done.floor;
  done.forEachRange((from, to) => {
    ranges.push(from - last, to + 1 - from);
    last = to + 1;
  });
  out.unsigned(ranges.length / 2);
  for (const value of ranges) out.unsigned(value);
  writeExceptions(queue, out);
  const seen = [...(queue.deduplication?.entries(context.nowMs) ?? [])];
  out.unsigned(seen.length);
  for (const [id, { seq, timeMs }] of seen) out.text(id).unsigned(seq).unsigned(timeMs);
  const marks = queue.marks.toArray();
  out.unsigned(marks.length / 2);
  for (const value of marks) out.unsigned(value);
  return out.finish();
}

function writeExceptions(queue: MessageQueue, out: ValueWriter): void {
  const { rows } = queue;
  const places: number[] = [];
  rows.forEach((place) => {
    if (rows.persistent[place] === 1 && isException(queue, place)) places.push(place);
  });
  out.unsigned(places.length);
  for (const place of places) {
    const seq = rows.seq(place);
    const state = rows.state[place];
    const order = state === DELAYED ? seq : queue.sequencePart(rows.order[place]);
    const timeMs = rows.timeMs[place];
    out.unsigned(seq).unsigned(rows.attempts[place]).unsigned(rows.firstMs[place]).unsigned(rows.sizeBytes[place]);
    out.unsigned(order === seq ? 0 : order + 1);
    out.byte(state === DELAYED || (state === HELD && timeMs > 0) ? state : READY).unsigned(timeMs);
    out.unsigned(rows.expiresMs[place]);
  }
}

/** Does anything but the record's own header tell how the message stands? */
function isException(queue: MessageQueue, place: number): boolean {
  const { rows } = queue;
  if (rows.state[place] !== READY || rows.attempts[place] > 0 || rows.timed[place] === 1) return true;
  return queue.sequencePart(rows.order[place]) !== rows.seq(place);
}

/** Takes the checkpoint in. */
export function decodeCheckpoint(queue: MessageQueue, value: Uint8Array): RestoredState {
  const reader = new ValueReader(value);
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`a queue checkpoint of format ${format}, ${FORMAT} is known`);
  const flush = reader.unsigned();
  queue.tail = reader.unsigned();
  queue.sequences.restore(reader.unsigned());
  queue.redelivery.restore(reader.unsigned());
  queue.redelivery.below = reader.unsigned();
  queue.expiring = reader.byte() === 1;
  const liveCount = reader.unsigned();
  const liveBytes = reader.unsigned();
  const { done } = queue;
  done.floor = reader.unsigned();
  let from = done.floor;
  for (let n = reader.unsigned(); n > 0; n--) {
    from += reader.unsigned();
    const length = reader.unsigned();
    done.addRange(from, from + length - 1);
    from += length;
  }
  const exceptions = new Map<number, MessageException>();
  for (let n = reader.unsigned(); n > 0; n--) {
    const seq = reader.unsigned();
    exceptions.set(seq, {
      attempts: reader.unsigned(),
      firstMs: reader.unsigned(),
      sizeBytes: reader.unsigned(),
      place: reader.unsigned() - 1,
      state: reader.byte(),
      timeMs: reader.unsigned(),
      expiresMs: reader.unsigned(),
    });
  }
  for (let n = reader.unsigned(); n > 0; n--) {
    const id = reader.text();
    queue.deduplication ??= new Deduplication(queue.settings.deduplicationMs ?? 0);
    queue.deduplication.add(id, reader.unsigned(), reader.unsigned(), 0);
  }
  for (let n = reader.unsigned(); n > 0; n--) queue.marks.add(reader.unsigned(), reader.unsigned());
  return { flush, liveCount, liveBytes, exceptions };
}
