import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttributeValue } from '../catalog/attribute-value.js';
import { ExchangeTable } from './exchange-table.js';
import type { MessageHeaders } from './message-headers.js';
import { RouteResult } from './route-result.js';
import { TopologyError } from './topology-error.js';

function hashExchange(args: Record<string, AttributeValue> = {}) {
  const exchanges = new ExchangeTable('/', { put: () => {}, remove: () => {} });
  const settings = { type: 'x-consistent-hash', durable: true, autoDelete: false, internal: false };
  const exchange = exchanges.declare('ch', { ...settings, arguments: new Map(Object.entries(args)) });
  const result = new RouteResult();
  const queue = (handle: number) => ({ kind: 'queue', handle, name: `q${handle}`, durable: true }) as const;
  return {
    bind: (handle: number, weight: string) => exchanges.bind(exchange, queue(handle), weight),
    unbind: (handle: number, weight: string) => exchanges.unbind(exchange, queue(handle), weight),
    chosen(routingKey: string, headers?: MessageHeaders): number {
      exchanges.route(exchange, routingKey, headers, result);
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
  const byHeader = hashExchange({ 'hash-header': 'customer' });
  const byProperty = hashExchange({ 'hash-property': 'message_id' });
  for (const handle of [1, 2, 3, 4, 5]) {
    byHeader.bind(handle, '1');
    byProperty.bind(handle, '1');
  }
  const seen = new Set<number>();
  for (let i = 0; i < 50; i++) {
    const headers = new Map<string, AttributeValue>([['customer', i]]);
    assert.equal(byHeader.chosen(`a${i}`, headers), byHeader.chosen(`b${i}`, headers));
    seen.add(byHeader.chosen('same', headers));
    const message = { get: () => undefined, property: () => `id-${i}` };
    assert.equal(byProperty.chosen(`a${i}`, message), byProperty.chosen(`b${i}`, message));
    seen.add(byProperty.chosen('same', message));
  }
  assert.equal(seen.size, 5);
  assert.equal(byHeader.chosen('x'), byHeader.chosen('y'), 'messages without the header stay together');
});

test('weights and arguments are checked as RabbitMQ checks them', () => {
  const fault = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      if (error instanceof TopologyError && 'reason' in error.fault) return error.fault.reason;
      throw error;
    }
    return 'accepted';
  };
  const weight = (key: string) => fault(() => hashExchange().bind(1, key));
  for (const key of ['1', '+2', '007']) assert.equal(weight(key), 'accepted', key);
  for (const key of ['', ' 1', '1.5', 'abc']) assert.equal(weight(key), 'weight-not-integer', key);
  for (const key of ['0', '-1']) assert.equal(weight(key), 'weight-not-positive', key);
  const declare = (args: Record<string, AttributeValue>) => fault(() => hashExchange(args));
  assert.equal(declare({ 'hash-header': 'a', 'hash-property': 'message_id' }), 'mutually-exclusive');
  assert.equal(declare({ 'hash-property': 'nope' }), 'unsupported-property');
  assert.equal(declare({ 'hash-header': 4 }), 'not-text');
});
