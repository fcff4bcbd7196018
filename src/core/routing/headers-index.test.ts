import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerError } from '../broker-error.js';
import type { HeaderValue } from '../broker.js';
import { ExchangeTable } from './exchange-table.js';
import { RouteResult } from './route-result.js';

type Attributes = Record<string, HeaderValue>;

const table = (attributes: Attributes) => new Map(Object.entries(attributes));

function matched(args: Attributes, headers: Attributes | undefined): boolean {
  const exchanges = new ExchangeTable('/', { put: () => {}, remove: () => {} });
  const exchange = exchanges.get('amq.headers')!;
  exchanges.bind(exchange, { kind: 'queue', handle: 7, name: 'q', durable: false }, '', table(args));
  const result = new RouteResult();
  exchanges.route(exchange, '', headers && (() => table(headers)), result);
  return result.count === 1;
}

const bytes = (...values: number[]) => Uint8Array.from(values);

test('headers match as RabbitMQ 3.10 was seen to match them', () => {
  const observed: [about: string, args: Attributes, headers: Attributes | undefined, matched: boolean][] = [
    ['a float of the same value', { k: 1 }, { k: 1.0 }, true],
    ['a wider integer', { k: 1 }, { k: 1n }, true],
    ['text is no number', { k: '1' }, { k: 1 }, false],
    ['text and its bytes', { k: 'abc' }, { k: bytes(0x61, 0x62, 0x63) }, true],
    ['a boolean is no text', { k: true }, { k: 'true' }, false],
    ['tables', { k: table({ a: 1 }) }, { k: table({ a: 1 }) }, true],
    ['lists', { k: [1, 'a'] }, { k: [1, 'a'] }, true],
    ['lists in another order', { k: [1, 'a'] }, { k: ['a', 1] }, false],
    ['void asks only for presence', { k: null }, { k: 'x' }, true],
    ['void is no value', { k: 'x' }, { k: null }, false],
    ['void, absent', { k: null }, { l: 'x' }, false],
    ['no arguments', {}, { k: 'x' }, true],
    ['no arguments, no headers', {}, undefined, true],
    ['any of nothing', { 'x-match': 'any' }, { k: 1 }, false],
    ['all, one differs', { 'x-match': 'all', a: 1, b: 2 }, { a: 1, b: 3 }, false],
    ['any, one differs', { 'x-match': 'any', a: 1, b: 2 }, { a: 1, b: 3 }, true],
    ['any, all differ', { 'x-match': 'any', a: 1, b: 2 }, { b: 3 }, false],
    ['all, only x-', { 'x-match': 'all', 'x-foo': 1 }, { k: 1 }, true],
    ['any, only x-', { 'x-match': 'any', 'x-foo': 1 }, { 'x-foo': 1 }, false],
    ['all-with-x, other value', { 'x-match': 'all-with-x', 'x-foo': 1 }, { 'x-foo': 2 }, false],
    ['all-with-x, same value', { 'x-match': 'all-with-x', 'x-foo': 1 }, { 'x-foo': 1 }, true],
    ['any-with-x, same value', { 'x-match': 'any-with-x', 'x-foo': 1 }, { 'x-foo': 1 }, true],
    ['any-with-x, other value', { 'x-match': 'any-with-x', 'x-foo': 1 }, { 'x-foo': 2 }, false],
    ['x-match itself', { 'x-match': 'any-with-x' }, { 'x-match': 'any-with-x' }, false],
  ];
  for (const [about, args, headers, expected] of observed) assert.equal(matched(args, headers), expected, about);
});

test('a match mode that there is not is refused, and nothing is bound', () => {
  for (const mode of ['nope', 'all-', 5, null]) {
    const exchanges = new ExchangeTable('/', { put: () => assert.fail('put'), remove: () => {} });
    const exchange = exchanges.get('amq.headers')!;
    const queue = { kind: 'queue', handle: 1, name: 'q', durable: true } as const;
    assert.throws(
      () => exchanges.bind(exchange, queue, '', table({ 'x-match': mode })),
      (error) => {
        assert.ok(error instanceof BrokerError && error.kind === 'invalid-argument');
        assert.deepEqual(error.detail, { field: 'x-match', ...(typeof mode === 'string' && { received: mode }) });
        return true;
      },
    );
    assert.deepEqual([...exchanges.bindings()], []);
  }
});

test('headers are asked for once per message, and only where an exchange needs them', () => {
  const exchanges = new ExchangeTable('/', { put: () => {}, remove: () => {} });
  const result = new RouteResult();
  let asked = 0;
  const headers = () => {
    asked++;
    return table({ k: 1 });
  };
  const [first, second] = [exchanges.get('amq.headers')!, exchanges.get('amq.match')!];
  exchanges.bind(first, second, '', table({ k: 1 }));
  exchanges.bind(second, { kind: 'queue', handle: 7, name: 'q', durable: false }, '', table({ k: 1 }));
  exchanges.route(first, '', headers, result);
  assert.deepEqual([asked, result.count, result.cacheable], [1, 1, false]);
  exchanges.route(exchanges.get('amq.direct')!, '', headers, result);
  assert.deepEqual([asked, result.count, result.cacheable], [1, 0, true]);
});

test('a message whose headers cannot be read leaves nothing behind', () => {
  const exchanges = new ExchangeTable('/', { put: () => {}, remove: () => {} });
  const result = new RouteResult();
  const [first, second] = [exchanges.get('amq.headers')!, exchanges.get('amq.match')!];
  exchanges.bind(exchanges.get('amq.fanout')!, first, '');
  exchanges.bind(exchanges.get('amq.fanout')!, second, '');
  exchanges.bind(first, { kind: 'queue', handle: 1, name: 'q1', durable: false }, '');
  exchanges.bind(second, { kind: 'queue', handle: 2, name: 'q2', durable: false }, '');
  const malformed = () => {
    throw new Error('malformed');
  };
  assert.throws(() => exchanges.route(exchanges.get('amq.fanout')!, '', malformed, result), /malformed/);
  exchanges.route(exchanges.get('amq.direct')!, '', undefined, result);
  assert.equal(result.count, 0);
});
