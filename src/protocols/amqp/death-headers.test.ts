import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDeathHeaders } from './death-headers.js';
import { fieldOf, tableOf } from './field-of.js';

const death = {
  queue: 'q',
  reason: 'expired',
  count: 2,
  timeMs: 1_700_000_000_500,
  exchange: 'x',
  routingKeys: ['k', 'extra'],
  originalTtlMs: 50,
} as const;

test('a dead-lettered message tells where, why and how often it died', () => {
  const earlier = { ...death, queue: 'p', reason: 'rejected', originalTtlMs: -1 } as const;
  const headers = withDeathHeaders(tableOf({ own: 1 }), [death, earlier]);
  assert.deepEqual(
    [...headers.keys()],
    [
      'own',
      'x-death',
      'x-first-death-exchange',
      'x-first-death-queue',
      'x-first-death-reason',
      'x-last-death-exchange',
      'x-last-death-queue',
      'x-last-death-reason',
    ],
  );
  const entries = headers.get('x-death');
  assert.ok(entries?.type === 'A');
  assert.deepEqual(
    entries.value[0],
    fieldOf({
      count: 2n,
      reason: 'expired',
      queue: 'q',
      time: { type: 'T', value: 1_700_000_000n },
      exchange: 'x',
      'routing-keys': ['k', 'extra'],
      'original-expiration': '50',
    }),
  );
  assert.deepEqual(headers.get('x-first-death-queue'), fieldOf('p'));
  assert.deepEqual(headers.get('x-last-death-queue'), fieldOf('q'));
});
