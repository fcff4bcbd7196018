import {
  decodeUtf8,
  readU16,
  readU32,
  readU48,
  utf8Length,
  writeU16,
  writeU32,
  writeU48,
  writeUtf8,
} from '../../bytes/index.js';
import type { Death, DeathReason } from '../message.js';

/**
 * The deaths of a message, newest first, as the record attribute HAS_HISTORY:
 *
 *   u16 length of the rest · u8 count · per death: u8 reason · u32 count · u48 time in ms · u48 original time to live
 *   plus one (0: none) · u16 length + queue · u16 length + exchange · u8 routing keys, each u16 length + text
 */
const REASONS: readonly DeathReason[] = ['rejected', 'expired', 'maxlen', 'delivery_limit'];
/** More than this is cut off at the old end. */
const MAX_DEATHS = 64;

export function encodeHistory(deaths: readonly Death[]): Uint8Array {
  const kept = deaths.slice(0, MAX_DEATHS);
  let length = 3;
  for (const death of kept) {
    length += 18 + 2 + utf8Length(death.queue) + 2 + utf8Length(death.exchange);
    for (const key of death.routingKeys) length += 2 + utf8Length(key);
  }
  const bytes = new Uint8Array(length);
  writeU16(bytes, 0, length - 2);
  bytes[2] = kept.length;
  let at = 3;
  const text = (value: string): void => {
    const end = writeUtf8(value, bytes, at + 2);
    writeU16(bytes, at, end - at - 2);
    at = end;
  };
  for (const death of kept) {
    bytes[at] = REASONS.indexOf(death.reason);
    writeU32(bytes, at + 1, death.count);
    writeU48(bytes, at + 5, death.timeMs);
    writeU48(bytes, at + 11, death.originalTtlMs + 1);
    bytes[at + 17] = death.routingKeys.length;
    at += 18;
    text(death.queue);
    text(death.exchange);
    for (const key of death.routingKeys) text(key);
  }
  return bytes;
}

/** Reads what {@link encodeHistory} wrote at `start`. */
export function decodeHistory(bytes: Uint8Array, start: number): Death[] {
  const deaths: Death[] = [];
  let at = start + 3;
  const text = (): string => {
    const length = readU16(bytes, at);
    const value = decodeUtf8(bytes, at + 2, at + 2 + length);
    at += 2 + length;
    return value;
  };
  for (let i = 0; i < bytes[start + 2]; i++) {
    const reason = REASONS[bytes[at]];
    const count = readU32(bytes, at + 1);
    const timeMs = readU48(bytes, at + 5);
    const originalTtlMs = readU48(bytes, at + 11) - 1;
    const keys = bytes[at + 17];
    at += 18;
    const queue = text();
    const exchange = text();
    const routingKeys: string[] = [];
    for (let k = 0; k < keys; k++) routingKeys.push(text());
    deaths.push({ queue, reason, count, timeMs, exchange, routingKeys, originalTtlMs });
  }
  return deaths;
}

/** One more death of (queue, reason): raised and brought to the front when it happened before. */
export function addDeath(deaths: readonly Death[], death: Death): Death[] {
  const earlier = deaths.find((other) => other.queue === death.queue && other.reason === death.reason);
  const rest = deaths.filter((other) => other !== earlier);
  return [earlier === undefined ? death : { ...earlier, count: earlier.count + 1, timeMs: death.timeMs }, ...rest];
}
