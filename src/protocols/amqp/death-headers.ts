import type { Death } from '../../core/index.js';
import { fieldOf, tableOf, type PlainField } from './field-of.js';
import type { FieldTable, FieldValue } from './field-table.js';

/**
 * The headers that a dead-lettered message carries: `x-death`, newest first, and the summaries of first and last death.
 * The keys in `CC` belong to every death until the message was given another key; from then on they are gone.
 * `routingKey` is the message's own now, `expiration` the property with which it was published: it was taken off when the
 * message died first.
 */
export function withDeathHeaders(
  headers: FieldTable,
  history: readonly Death[],
  { routingKey, expiration }: { routingKey: string; expiration: string | undefined },
): FieldTable {
  const result = new Map<string, FieldValue>(headers);
  let copies = keysIn(headers.get('CC'));
  const entries: FieldValue[] = [];
  for (let at = history.length - 1; at >= 0; at--) {
    const death = history[at];
    entries.unshift(deathEntry(death, copies, at === history.length - 1 ? expiration : undefined));
    const nextKey = at === 0 ? routingKey : history[at - 1].routingKeys[0];
    if (nextKey !== death.routingKeys[0]) copies = [];
  }
  if (copies.length === 0) result.delete('CC');
  result.set('x-death', { type: 'A', value: entries });
  const last = history[0];
  const first = history[history.length - 1];
  for (const [prefix, death] of [['x-first-death', first] as const, ['x-last-death', last] as const]) {
    result.set(`${prefix}-exchange`, fieldOf(death.exchange));
    result.set(`${prefix}-queue`, fieldOf(death.queue));
    result.set(`${prefix}-reason`, fieldOf(death.reason));
  }
  return result;
}

function keysIn(copies: FieldValue | undefined): string[] {
  if (copies?.type !== 'A') return [];
  return copies.value.flatMap((item) => (item.type === 'S' ? item.value.toString('utf8') : []));
}

function deathEntry(death: Death, copies: readonly string[], expiration: string | undefined): FieldValue {
  const entry: { [key: string]: PlainField } = {
    count: BigInt(death.count),
    reason: death.reason,
    queue: death.queue,
    time: { type: 'T', value: BigInt(Math.floor(death.timeMs / 1000)) },
    exchange: death.exchange,
    'routing-keys': [...death.routingKeys, ...copies],
  };
  if (expiration !== undefined) entry['original-expiration'] = expiration;
  return { type: 'F', value: tableOf(entry) };
}
