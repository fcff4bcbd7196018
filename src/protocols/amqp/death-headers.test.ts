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
  const headers = withDeathHeaders(tableOf({ own: 1 }), [death, earlier], { routingKey: 'k', expiration: '50' });
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
    }),
  );
  assert.ok(entries.value[1].type === 'F');
  assert.deepEqual(entries.value[1].value.get('original-expiration'), fieldOf('50'));
  assert.deepEqual(headers.get('x-first-death-queue'), fieldOf('p'));
  assert.deepEqual(headers.get('x-last-death-queue'), fieldOf('q'));
});

test('copy keys are told until the message got another key, and go then', () => {
  const sent = tableOf({ CC: ['extra'] });
  const own = { ...death, routingKeys: ['k'] };
  const keysOf = (headers: typeof sent) => {
    const entries = headers.get('x-death');
    assert.ok(entries?.type === 'A');
    return entries.value.map((entry) => entry.type === 'F' && entry.value.get('routing-keys'));
  };
  const same = withDeathHeaders(sent, [own], { routingKey: 'k', expiration: undefined });
  assert.deepEqual(keysOf(same), [fieldOf(['k', 'extra'])]);
  assert.ok(same.has('CC'));
  const other = withDeathHeaders(sent, [{ ...own, queue: 'r', routingKeys: ['dead'] }, own], {
    routingKey: 'dead',
    expiration: undefined,
  });
  assert.deepEqual(keysOf(other), [fieldOf(['dead']), fieldOf(['k', 'extra'])]);
  assert.ok(!other.has('CC'));
});
