import { decodeUtf8, encodeUtf8 } from '../../bytes/utf8.js';
import { kafkaNameFault, sqsNameFault } from './name-rules.js';

/**
 * How a dialect spells a name that another dialect made and it could not make itself: what it has no character for is
 * percent-encoded, byte by byte of UTF-8. No spelling is ambiguous, because no dialect that needs one has a `%`.
 */

/** As a Kafka client sees it. Its length is not checked: what exists can be reached. */
export function spellForKafka(name: string): string {
  if (kafkaNameFault(name) === 'dots-only') return name.replaceAll('.', '%2E');
  return spell(name, /[a-zA-Z0-9._-]/);
}

/** As an SQS client sees it; `fifo` of the queue, because the suffix says so to the client's library. */
export function spellForSqs(name: string, fifo: boolean): string {
  return sqsNameFault(name, fifo) === undefined ? name : spell(name, /[a-zA-Z0-9_-]/);
}

/** The name that a spelling stands for; undefined when it stands for none. Names without `%` stand for themselves. */
export function nameOfSpelling(spelling: string): string | undefined {
  if (!spelling.includes('%')) return spelling;
  const bytes: number[] = [];
  for (let at = 0; at < spelling.length; at++) {
    const unit = spelling.charCodeAt(at);
    if (unit !== 0x25) {
      bytes.push(...encodeUtf8(spelling[at]));
      continue;
    }
    const digits = spelling.slice(at + 1, at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) return undefined;
    bytes.push(Number.parseInt(digits, 16));
    at += 2;
  }
  const name = decodeUtf8(Uint8Array.from(bytes));
  // Bytes that are no UTF-8 decode to a replacement, which encodes to something else.
  const again = encodeUtf8(name);
  return again.length === bytes.length && again.every((byte, i) => byte === bytes[i]) ? name : undefined;
}

function spell(name: string, allowed: RegExp): string {
  let spelling = '';
  for (const character of name) {
    if (allowed.test(character)) spelling += character;
    else for (const byte of encodeUtf8(character)) spelling += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return spelling;
}
