import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerError } from '../broker-error.js';
import type { HashSource } from './consistent-hash-index.js';
import { ExchangeTable } from './exchange-table.js';
import type { MessageHeaders } from './message-headers.js';
import { RouteResult } from './route-result.js';

function hashExchange(hash?: HashSource) {
  const exchanges = new ExchangeTable('/', { put: () => {}, remove: () => {} });
  const flags = { durable: true, autoDelete: false, internal: false };
  const type = 'x-consistent-hash';
  const exchange = exchanges.declare('ch', { type, ...flags, alternate: undefined, declared: {}, hash });
  const result = new RouteResult();
  const queue = (handle: number) => ({ kind: 'queue', handle, name: `q${handle}`, durable: true }) as const;
  return {
    bind: (handle: number, weight: string) => exchanges.bind(exchange, queue(handle), weight),
    unbind: (handle: number, weight: string) => exchanges.unbind(exchange, queue(handle), weight),
    chosen(routingKey: string, headers?: MessageHeaders): number {
      exchanges.route(exchange, routingKey, headers && (() => headers), result);
      assert.equal(result.count, 1);
      return result.queues[0];
    },
  };
}

const keys = Array.from({ length: 20_000 }, (_, i) => `order-${i}`);

test('messages are shared out by weight', () => {
  const exchange = hashExchange();
  const weights = [1, 2, 3, 10];
  weights.forEach((weight, i) => exchange.bind(i, `${weight}`));
  const counts = [0, 0, 0, 0];
  for (const key of keys) counts[exchange.chosen(key)]++;
  for (const [i, weight] of weights.entries()) {
    const expected = (keys.length * weight) / 16;
    assert.ok(Math.abs(counts[i] - expected) < expected * 0.1, `queue ${i}: ${counts[i]}, expected about ${expected}`);
  }
});

test('a binding that goes moves only its own messages; the order of bindings does not matter', () => {
  const exchange = hashExchange();
  for (const handle of [1, 2, 3, 4]) exchange.bind(handle, '1');
  const before = keys.map((key) => exchange.chosen(key));
  exchange.unbind(2, '1');
  keys.forEach((key, i) => {
    const after = exchange.chosen(key);
    if (before[i] !== 2) assert.equal(after, before[i]);
    else assert.notEqual(after, 2);
  });
  exchange.bind(2, '1');
  assert.deepEqual(
    keys.map((key) => exchange.chosen(key)),
    before,
  );
});

test('a header or a property can be hashed instead of the routing key', () => {
  const byHeader = hashExchange({ header: 'customer' });
  const byProperty = hashExchange({ property: 'message_id' });
  for (const handle of [1, 2, 3, 4, 5]) {
    byHeader.bind(handle, '1');
    byProperty.bind(handle, '1');
  }
  const seen = new Set<number>();
  for (let i = 0; i < 50; i++) {
    const headers = new Map([['customer', i]]);
    assert.equal(byHeader.chosen(`a${i}`, headers), byHeader.chosen(`b${i}`, headers));
    seen.add(byHeader.chosen('same', headers));
    const message = { get: () => undefined, property: () => `id-${i}` };
    assert.equal(byProperty.chosen(`a${i}`, message), byProperty.chosen(`b${i}`, message));
    seen.add(byProperty.chosen('same', message));
  }
  assert.equal(seen.size, 5);
  assert.equal(byHeader.chosen('x'), byHeader.chosen('y'), 'messages without the header stay together');
});

test('weights and properties are checked as RabbitMQ checks them', () => {
  const refusal = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      if (error instanceof BrokerError && error.kind === 'invalid-argument') return error.detail;
      throw error;
    }
    return 'accepted';
  };
  const weight = (key: string) => refusal(() => hashExchange().bind(1, key));
  for (const key of ['1', '+2', '007', '9'.repeat(400)]) assert.equal(weight(key), 'accepted', key);
  for (const key of ['', ' 1', '1.5', 'abc', '0', '-1']) {
    assert.deepEqual(weight(key), { field: 'routing-key', received: key });
  }
  const property = (name: string) => refusal(() => hashExchange({ property: name }));
  assert.equal(property('timestamp'), 'accepted');
  assert.deepEqual(property('nope'), { field: 'hash-property', received: 'nope' });
});
