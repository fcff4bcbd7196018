import { ageMs, type Host } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import { textOf, integerOf, typeName } from './declared-arguments.js';
import type { FieldValue } from './field-table.js';

/** Where a stream's consumer begins. */
export type StreamOffset =
  | { readonly from: 'first' | 'last' | 'next' }
  | { readonly offset: number }
  | { readonly timestampMs: number };

/**
 * Reads `x-stream-offset`: `first`, `last`, `next` (also when there is none), an offset, a timestamp, or how long ago, as
 * in `5m`. @throws ChannelError 406
 */
export function readStreamOffset(field: FieldValue | undefined, nowMs: number, resource: string): StreamOffset {
  if (field === undefined) return { from: 'next' };
  if (field.type === 'T') return { timestampMs: Number(field.value) * 1000 };
  const offset = integerOf(field);
  if (offset !== undefined) return { offset: Math.max(0, offset) };
  const text = textOf(field);
  if (text === 'first' || text === 'last' || text === 'next') return { from: text };
  const age = text === undefined ? undefined : ageMs(text);
  if (age !== undefined) return { timestampMs: Math.max(0, nowMs - age) };
  const shown = text === undefined ? typeName(field) : `{longstr,<<"${text}">>}`;
  throw new ChannelError(
    'PRECONDITION_FAILED',
    `invalid arg 'x-stream-offset' for ${resource}: {invalid_stream_offset_arg,${shown}}`,
  );
}

/** The first offset to deliver; a promise where the records must be looked at. `last` is the newest record. */
export function firstOffset(host: Host, partition: number, from: StreamOffset): number | Promise<number> {
  if ('offset' in from) return from.offset;
  if ('timestampMs' in from) return host.findOffsetByTimestamp(partition, from.timestampMs);
  const { logStart, lastStable, highWatermark } = host.broker.partition(partition);
  if (from.from === 'first') return logStart;
  return from.from === 'last' ? Math.max(logStart, lastStable - 1) : highWatermark;
}
