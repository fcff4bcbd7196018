import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerError } from '../broker-error.js';
import { ExchangeTable } from './exchange-table.js';
import { RouteResult } from './route-result.js';
import type { Exchange, ExchangeSettings } from './topology.js';

function newTable(cacheBytes?: number) {
  const store = new Map<string, Uint8Array>();
  const effects = {
    put: (key: string, value: Uint8Array) => store.set(key, value),
    remove: (key: string) => store.delete(key),
  };
  const version = { current: 0 };
  return { table: new ExchangeTable('/', effects, version, cacheBytes), store, version };
}

const settings = (type: string, more: Partial<ExchangeSettings> = {}): ExchangeSettings => ({
  type,
  durable: true,
  autoDelete: false,
  internal: false,
  alternate: undefined,
  declared: {},
  ...more,
});

const queue = (handle: number, durable = true) => ({ kind: 'queue', handle, name: `q${handle}`, durable }) as const;

function routed(table: ExchangeTable, exchange: Exchange, routingKey = ''): number[] {
  const result = new RouteResult();
  table.route(exchange, routingKey, undefined, result);
  return [...result.queues.subarray(0, result.count)].sort((a, b) => a - b);
}

function refusal(action: () => unknown): BrokerError {
  let refused: BrokerError | undefined;
  assert.throws(action, (error) => {
    if (error instanceof BrokerError) refused = error;
    return refused !== undefined;
  });
  return refused!;
}

test('the standard exchanges are there, can be declared as they are, and are not stored', () => {
  const { table, store } = newTable();
  const names = [...table.exchanges()].map(({ name }) => name).sort();
  assert.deepEqual(names, ['amq.direct', 'amq.fanout', 'amq.headers', 'amq.match', 'amq.rabbitmq.trace', 'amq.topic']);
  assert.equal(table.declare('amq.direct', settings('direct')), table.get('amq.direct'));
  assert.equal(store.size, 0);
});

test('a declaration of what is there is compared field by field', () => {
  const { table } = newTable();
  const exchange = table.declare('e', settings('direct'));
  table.declare('a', settings('direct', { alternate: 'foo' }));
  const difference = (name: string, received: ExchangeSettings) => {
    const error = refusal(() => table.declare(name, received));
    assert.equal(error.kind, 'different');
    return error.detail;
  };
  assert.equal(table.declare('e', settings('direct', { declared: { 'x-foo': 1 } })), exchange);
  assert.deepEqual(difference('e', settings('topic')), { field: 'type', received: 'topic', current: 'direct' });
  for (const [field, flag] of [
    ['durable', { durable: false }],
    ['auto_delete', { autoDelete: true }],
    ['internal', { internal: true }],
  ] as const) {
    const received = String(field !== 'durable');
    const current = String(field === 'durable');
    assert.deepEqual(difference('e', settings('direct', flag)), { field, received, current });
  }
  const field = 'alternate-exchange';
  assert.deepEqual(difference('e', settings('direct', { alternate: 'foo' })), { field, received: 'foo' });
  assert.deepEqual(difference('a', settings('direct')), { field, current: 'foo' });
  assert.deepEqual(difference('a', settings('direct', { alternate: 'bar' })), {
    field,
    received: 'bar',
    current: 'foo',
  });
});

test('what may not be declared or deleted is refused', () => {
  const { table } = newTable();
  const kind = (action: () => unknown) => refusal(action).kind;
  const unknownType = refusal(() => table.declare('e', settings('nope')));
  assert.equal(unknownType.kind, 'invalid-argument');
  assert.deepEqual(unknownType.detail, { field: 'type', received: 'nope' });
  assert.equal(
    kind(() => table.declare('', settings('direct'))),
    'access-refused',
  );
  assert.equal(
    kind(() => table.delete('')),
    'access-refused',
  );
  assert.equal(
    kind(() => table.declare('amq.foo', settings('direct'))),
    'access-refused',
  );
  assert.equal(
    kind(() => table.delete('amq.direct')),
    'access-refused',
  );
  assert.equal(
    kind(() => table.delete('amq.nope')),
    'access-refused',
  );
  assert.equal(
    kind(() => table.declare('e', settings('x-consistent-hash', { hash: { property: 'x' } }))),
    'invalid-argument',
  );
  assert.equal(table.get('e'), undefined);
  assert.equal(table.delete('missing'), false);
});

test('an exchange in use as a source is not deleted if-unused; as a destination it is', () => {
  const { table } = newTable();
  const source = table.declare('source', settings('fanout'));
  const target = table.declare('target', settings('fanout'));
  table.bind(source, target, '');
  assert.equal(refusal(() => table.delete('source', true)).kind, 'in-use');
  assert.equal(table.delete('target', true), true);
  assert.equal(target.deleted, true);
  assert.deepEqual([...table.bindings()], []);
  assert.equal(table.delete('source', true), true);
});

test('binding twice is binding once; arguments tell bindings apart', () => {
  const { table, store } = newTable();
  const exchange = table.declare('e', settings('direct'));
  const args = new Map([['a', 1]]);
  assert.equal(table.bind(exchange, queue(1), 'k'), true);
  assert.equal(table.bind(exchange, queue(1), 'k'), false);
  assert.equal(table.bind(exchange, queue(1), 'k', args), true);
  assert.deepEqual(routed(table, exchange, 'k'), [1]);
  assert.equal(store.size, 3);
  assert.equal(table.unbind(exchange, queue(1), 'k'), true);
  assert.equal(table.unbind(exchange, queue(1), 'k'), false);
  assert.deepEqual(routed(table, exchange, 'k'), [1]);
  assert.equal(table.unbind(exchange, queue(1), 'k', new Map([['a', 1n]])), true);
  assert.deepEqual(routed(table, exchange, 'k'), []);
  assert.equal(store.size, 1);
});

test('bindings can go in any order', () => {
  for (const order of [
    [1, 3, 2],
    [3, 1, 2],
    [2, 1, 3],
  ]) {
    const { table } = newTable();
    const exchange = table.get('amq.fanout')!;
    const left = new Set([1, 2, 3]);
    for (const handle of left) table.bind(exchange, queue(handle), '');
    for (const handle of order) {
      assert.deepEqual(routed(table, exchange), [...left]);
      table.unbind(exchange, queue(handle), '');
      left.delete(handle);
    }
    assert.deepEqual(routed(table, exchange), []);
  }
});

test('an auto-delete exchange goes with its last binding, and takes others along', () => {
  const { table, store } = newTable();
  const outer = table.declare('outer', settings('fanout', { autoDelete: true }));
  const inner = table.declare('inner', settings('fanout', { autoDelete: true }));
  const unbound = table.declare('unbound', settings('fanout', { autoDelete: true }));
  table.bind(outer, inner, '');
  table.bind(inner, queue(1), '');
  table.bind(inner, queue(1), 'again');
  table.unbind(inner, queue(1), '');
  assert.equal(inner.deleted, false);
  table.removeQueue(1);
  assert.deepEqual([outer.deleted, inner.deleted, unbound.deleted], [true, true, false]);
  assert.deepEqual([...store.keys()], ['x/%2F/unbound']);
});

test('a cycle of auto-delete exchanges is deleted once', () => {
  const { table } = newTable();
  const a = table.declare('a', settings('fanout', { autoDelete: true }));
  const b = table.declare('b', settings('fanout', { autoDelete: true }));
  table.bind(a, b, '');
  table.bind(b, a, '');
  table.bind(a, a, '');
  assert.deepEqual(routed(table, a), []);
  table.delete('b');
  assert.equal(a.deleted, false);
  table.unbind(a, a, '');
  assert.equal(a.deleted, true);
});

test('a message reaches a queue once, over however many bindings and exchanges', () => {
  const { table } = newTable();
  const start = table.declare('start', settings('direct'));
  const middle = table.declare('middle', settings('topic'));
  table.bind(start, middle, 'k');
  table.bind(start, queue(1), 'k');
  table.bind(middle, queue(1), '#');
  table.bind(middle, queue(1), 'k');
  table.bind(middle, queue(2), '*');
  table.bind(middle, start, '#');
  assert.deepEqual(routed(table, start, 'k'), [1, 2]);
  assert.deepEqual(routed(table, middle, 'k'), [1, 2]);
});

test('the alternate exchange takes what matched nothing, as soon as and as long as it is there', () => {
  const { table } = newTable();
  const main = table.declare('main', settings('direct', { alternate: 'spare' }));
  table.bind(main, queue(1), 'k');
  assert.deepEqual(routed(table, main, 'other'), []);
  const spare = table.declare('spare', settings('fanout', { alternate: 'main' }));
  assert.deepEqual(routed(table, main, 'other'), []);
  table.bind(spare, queue(2), '');
  assert.deepEqual(routed(table, main, 'other'), [2]);
  assert.deepEqual(routed(table, main, 'k'), [1]);
  table.delete('spare');
  assert.deepEqual(routed(table, main, 'other'), []);
});

test('a binding to an exchange that leads nowhere counts as a match', () => {
  const { table } = newTable();
  const main = table.declare('main', settings('fanout', { alternate: 'spare' }));
  const spare = table.declare('spare', settings('fanout'));
  table.bind(spare, queue(1), '');
  assert.deepEqual(routed(table, main), [1]);
  table.bind(main, table.declare('nowhere', settings('fanout')), '');
  assert.deepEqual(routed(table, main), []);
});

test('with several routing keys a binding needs one, and the alternate is for none', () => {
  const { table } = newTable();
  const main = table.declare('main', settings('direct', { alternate: 'amq.fanout' }));
  for (const handle of [1, 2, 3]) table.bind(main, queue(handle), `k${handle}`);
  table.bind(table.get('amq.fanout')!, queue(4), '');
  const result = new RouteResult();
  table.routeAll(main, ['nope', 'k1', 'k3', 'k1'], undefined, result);
  assert.deepEqual([...result.queues.subarray(0, result.count)], [1, 3]);
  table.routeAll(main, ['nope', 'neither'], undefined, result);
  assert.deepEqual([...result.queues.subarray(0, result.count)], [4]);
});

test('a topic has a log exchange that nobody declares or deletes, with stored bindings', () => {
  const { table, store } = newTable();
  const log = table.addLogExchange('orders');
  assert.equal(log.name, 'amq.log.orders');
  assert.equal(table.addLogExchange('orders'), log);
  assert.ok([...table.exchanges()].includes(log));
  assert.equal(refusal(() => table.delete('amq.log.orders')).kind, 'access-refused');
  assert.equal(refusal(() => table.declare('amq.log.other', settings('topic'))).kind, 'access-refused');
  table.bind(log, queue(1), 'customer.#');
  table.bind(log, queue(2, false), '#');
  assert.deepEqual(routed(table, log, 'customer.7'), [1, 2]);
  assert.equal(store.size, 1);
  table.removeLogExchange('orders');
  assert.equal(log.deleted, true);
  assert.deepEqual(routed(table, log, 'customer.7'), []);
  assert.equal(store.size, 0);
});

test('only what is durable at both ends is stored', () => {
  const { table, store } = newTable();
  const durable = table.declare('durable', settings('fanout'));
  const transient = table.declare('transient', settings('fanout', { durable: false }));
  table.bind(transient, queue(1), '');
  table.bind(durable, transient, '');
  table.bind(durable, queue(2, false), '');
  assert.deepEqual([...store.keys()], ['x/%2F/durable']);
  table.bind(durable, queue(1), '');
  assert.equal(store.size, 2);
  table.delete('durable');
  assert.equal(store.size, 0);
});

test('an exchange of another table, or a deleted one, is not bound', () => {
  const { table } = newTable();
  const other = newTable().table.get('amq.direct')!;
  assert.throws(() => table.bind(other, queue(1), ''), /deleted or of another virtual host/);
  const gone = table.declare('gone', settings('fanout'));
  table.delete('gone');
  assert.throws(() => table.bind(table.get('amq.direct')!, gone, ''), /deleted or of another virtual host/);
});

test('a result stays whole while the cache behind it is bounded and thrown away', () => {
  const { table } = newTable(2000);
  const exchange = table.get('amq.topic')!;
  for (let handle = 0; handle < 20; handle++) table.bind(exchange, queue(handle), `*.${handle % 5}.#`);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 100; i++) {
      const expected = [0, 5, 10, 15].map((handle) => handle + (i % 5));
      assert.deepEqual(routed(table, exchange, `${i}.${i % 5}`), expected);
      assert.deepEqual(routed(table, exchange, `${i}.${i % 5}`), expected);
    }
  }
});

test('the version goes up with every change', () => {
  const { table, version } = newTable();
  let seen = version.current;
  const changes = () => {
    const went = version.current > seen;
    seen = version.current;
    return went;
  };
  const exchange = table.declare('e', settings('fanout'));
  assert.ok(changes());
  table.bind(exchange, queue(1), '');
  assert.ok(changes());
  table.bind(exchange, queue(1), '');
  assert.ok(!changes());
  routed(table, exchange);
  assert.ok(!changes());
  table.removeQueue(1);
  assert.ok(changes());
  table.delete('e');
  assert.ok(changes());
});
