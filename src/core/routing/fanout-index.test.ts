import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '../../bytes/utf8.js';
import type { HeaderValue } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import { ExchangeTable } from './exchange-table.js';
import type { MessageHeaders } from './message-headers.js';
import { RouteResult } from './route-result.js';

const ignored = { put: () => {}, remove: () => {} };
const fanout = {
  type: 'fanout',
  durable: true,
  autoDelete: false,
  internal: false,
  alternate: undefined,
  declared: {},
} as const;

function table() {
  const exchanges = new ExchangeTable('/', ignored);
  const exchange = exchanges.declare('news', fanout);
  const queue = (handle: number) => ({ kind: 'queue', handle, name: `q${handle}`, durable: true }) as const;
  const bind = (handle: number, args: Record<string, HeaderValue> = {}) =>
    exchanges.bind(exchange, queue(handle), '', new Map(Object.entries(args)));
  const unbind = (handle: number, args: Record<string, HeaderValue> = {}) =>
    exchanges.unbind(exchange, queue(handle), '', new Map(Object.entries(args)));
  const reached = (headers: MessageHeaders = new Map()): number[] => {
    const result = new RouteResult();
    exchanges.route(exchange, 'any', () => headers, result);
    return Array.from(result.queues.subarray(0, result.count)).sort((a, b) => a - b);
  };
  return { bind, unbind, reached };
}

const red = JSON.stringify({ colour: ['red'] });

test('a binding with a filter policy takes what meets it, the others take everything', () => {
  const { bind, unbind, reached } = table();
  bind(1);
  assert.deepEqual(reached(), [1]);
  bind(2, { 'x-filter-policy': red });
  bind(3, { 'x-filter-policy': red, 'x-filter-policy-scope': 'MessageBody' });
  assert.deepEqual(reached(), [1]);
  assert.deepEqual(reached(new Map([['colour', 'red']])), [1, 2]);
  assert.deepEqual(reached({ get: () => undefined, body: () => encodeUtf8('{"colour":"red"}') }), [1, 3]);
  unbind(2, { 'x-filter-policy': red });
  unbind(1);
  assert.deepEqual(reached(new Map([['colour', 'red']])), []);
});

test('a binding with a policy that is none is refused, and nothing is bound', () => {
  const { bind, reached } = table();
  const refused = (field: string) => (error: unknown) =>
    error instanceof BrokerError && error.kind === 'invalid-argument' && error.detail.field === field;
  assert.throws(() => bind(1, { 'x-filter-policy': 'x' }), refused('x-filter-policy'));
  assert.throws(() => bind(1, { 'x-filter-policy': 5 }), refused('x-filter-policy'));
  const scoped = { 'x-filter-policy': '{}', 'x-filter-policy-scope': 'Body' };
  assert.throws(() => bind(1, scoped), refused('x-filter-policy-scope'));
  assert.deepEqual(reached(), []);
});
