import type { Death } from '../../core/index.js';
import { fieldOf, tableOf, type PlainField } from './field-of.js';
import type { FieldTable, FieldValue } from './field-table.js';

/** The headers that a dead-lettered message carries: `x-death`, newest first, and the summaries of first and last death. */
export function withDeathHeaders(headers: FieldTable, history: readonly Death[]): FieldTable {
  const result = new Map<string, FieldValue>(headers);
  result.set('x-death', fieldOf(history.map(deathEntry)));
  const last = history[0];
  const first = history[history.length - 1];
  for (const [prefix, death] of [['x-first-death', first] as const, ['x-last-death', last] as const]) {
    result.set(`${prefix}-exchange`, fieldOf(death.exchange));
    result.set(`${prefix}-queue`, fieldOf(death.queue));
    result.set(`${prefix}-reason`, fieldOf(death.reason));
  }
  return result;
}

function deathEntry(death: Death): FieldValue {
  const entry: { [key: string]: PlainField } = {
    count: BigInt(death.count),
    reason: death.reason,
    queue: death.queue,
    time: { type: 'T', value: BigInt(Math.floor(death.timeMs / 1000)) },
    exchange: death.exchange,
    'routing-keys': death.routingKeys,
  };
  if (death.originalTtlMs >= 0) entry['original-expiration'] = String(death.originalTtlMs);
  return { type: 'F', value: tableOf(entry) };
}
