import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExchangeTable } from './exchange-table.js';
import { RouteResult } from './route-result.js';

function exchangeOf(type: string) {
  const exchanges = new ExchangeTable('/', { put: () => {}, remove: () => {} });
  const flags = { durable: true, autoDelete: false, internal: false };
  const exchange = exchanges.declare('x', { type, ...flags, alternate: undefined, declared: {} });
  const result = new RouteResult();
  const queue = (handle: number) => ({ kind: 'queue', handle, name: `q${handle}`, durable: true }) as const;
  return {
    bind: (handle: number, key = '') => exchanges.bind(exchange, queue(handle), key),
    unbind: (handle: number, key = '') => exchanges.unbind(exchange, queue(handle), key),
    chosen(routingKey: string): number | undefined {
      exchanges.route(exchange, routingKey, undefined, result);
      assert.ok(result.count <= 1);
      return result.count === 0 ? undefined : result.queues[0];
    },
  };
}

const keys = Array.from({ length: 3000 }, (_, i) => `order-${i}`);

for (const type of ['x-random', 'x-local-random', 'x-modulus-hash']) {
  test(`${type} chooses one of its queues, each about as often`, () => {
    const exchange = exchangeOf(type);
    assert.equal(exchange.chosen('k'), undefined);
    for (const handle of [1, 2, 3]) exchange.bind(handle, `any ${handle}`);
    const counts = [0, 0, 0, 0];
    for (const key of keys) counts[exchange.chosen(key)!]++;
    for (const count of counts.slice(1)) assert.ok(count > 850 && count < 1150, counts.join(' '));
    exchange.unbind(2, 'any 2');
    for (const key of keys) assert.notEqual(exchange.chosen(key), 2);
  });
}

test('x-random does not stay with a routing key', () => {
  const exchange = exchangeOf('x-random');
  for (const handle of [1, 2, 3]) exchange.bind(handle);
  assert.equal(new Set(keys.map(() => exchange.chosen('same'))).size, 3);
});

test('x-modulus-hash stays with a routing key, in whatever order the bindings were made', () => {
  const [one, other] = [exchangeOf('x-modulus-hash'), exchangeOf('x-modulus-hash')];
  for (const handle of [1, 2, 3]) one.bind(handle);
  for (const handle of [3, 1, 2]) other.bind(handle);
  for (const key of keys) assert.equal(one.chosen(key), other.chosen(key));
});
