import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttributeValue } from '../catalog/attribute-value.js';
import { ExchangeTable } from './exchange-table.js';
import { RouteResult } from './route-result.js';
import { TopologyError } from './topology-error.js';

type Attributes = Record<string, AttributeValue>;

const table = (attributes: Attributes) => new Map(Object.entries(attributes));

function matched(args: Attributes, headers: Attributes | undefined): boolean {
  const exchanges = new ExchangeTable('/', { put: () => {}, remove: () => {} });
  const exchange = exchanges.get('amq.headers')!;
  exchanges.bind(exchange, { kind: 'queue', handle: 7, name: 'q', durable: false }, '', table(args));
  const result = new RouteResult();
  exchanges.route(exchange, '', headers && table(headers), result);
  return result.count === 1;
}

const bytes = (...values: number[]) => Uint8Array.from(values);

test('headers match as RabbitMQ 3.10 was seen to match them', () => {
  const observed: [about: string, args: Attributes, headers: Attributes | undefined, matched: boolean][] = [
    ['a float of the same value', { k: 1 }, { k: 1.0 }, true],
    ['a wider integer', { k: 1 }, { k: 1n }, true],
    ['a timestamp', { k: 5 }, { k: { kind: 'timestamp', seconds: 5n } }, true],
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
    [
      'decimals of another scale',
      { k: { kind: 'decimal', scale: 1, unscaled: 10 } },
      { k: { kind: 'decimal', scale: 2, unscaled: 100 } },
      false,
    ],
  ];
  for (const [about, args, headers, expected] of observed) assert.equal(matched(args, headers), expected, about);
});

test('a match mode that there is not is refused, and nothing is bound', () => {
  for (const [mode, reason] of [
    ['nope', 'unknown-match-mode'],
    ['all-', 'unknown-match-mode'],
    [5, 'match-mode-not-text'],
    [null, 'match-mode-not-text'],
  ] as const) {
    const exchanges = new ExchangeTable('/', { put: () => assert.fail('put'), remove: () => {} });
    const exchange = exchanges.get('amq.headers')!;
    assert.throws(
      () =>
        exchanges.bind(
          exchange,
          { kind: 'queue', handle: 1, name: 'q', durable: true },
          '',
          table({ 'x-match': mode }),
        ),
      (error) => {
        assert.ok(error instanceof TopologyError);
        assert.deepEqual(error.fault, { kind: 'invalid-binding', exchange: 'amq.headers', reason, value: mode });
        return true;
      },
    );
    assert.deepEqual([...exchanges.bindings()], []);
  }
});
