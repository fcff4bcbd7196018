import { GAP_BIT, readU32 } from '../../bytes/index.js';

/** Calls back for each record in buffer[start, end) of a queue's log: its sequence and where it begins. */
export function forEachRecord(
  buffer: Uint8Array,
  start: number,
  end: number,
  firstSeq: number,
  visit: (seq: number, at: number) => void,
): void {
  let seq = firstSeq;
  for (let at = start; at < end; ) {
    const length = readU32(buffer, at);
    if ((length & GAP_BIT) !== 0) {
      seq += length - GAP_BIT;
      at += 4;
      continue;
    }
    visit(seq++, at);
    at += 4 + length;
  }
}
