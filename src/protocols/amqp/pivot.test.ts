import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeProperties, type BasicProperties } from './basic-properties.js';
import { tableOf } from './field-of.js';
import { fromPivot } from './from-pivot.js';
import { amqpTranslation } from './to-pivot.js';

const unset = { timestampMs: 0, priority: -1 };

function pivotOf(properties: BasicProperties, body = '') {
  const envelope = encodeProperties(properties);
  const bytes = Buffer.from(body);
  return amqpTranslation.toPivot(envelope, 0, envelope.length, bytes, 0, bytes.length);
}

test('every property survives the way through the neutral form', () => {
  const properties: BasicProperties = {
    contentType: 'text/plain',
    contentEncoding: 'utf-8',
    deliveryMode: 2,
    priority: 5,
    correlationId: 'c',
    replyTo: 'r',
    messageId: 'm',
    timestamp: 1_700_000_000n,
    type: 't',
    userId: 'u',
    appId: 'a',
    headers: tableOf({
      text: 'x',
      flag: true,
      int: 7,
      big: 2n ** 40n,
      half: 0.5,
      list: ['a', 1],
      nested: { k: 'v' },
      nil: null,
    }),
  };
  const pivot = pivotOf(properties, 'body');
  assert.equal(Buffer.from(pivot.body).toString(), 'body');
  assert.equal(pivot.timestampMs, 1_700_000_000_000);
  assert.deepEqual(fromPivot(pivot, unset), properties);
});

test('text that is no UTF-8 becomes binary', () => {
  const headers = tableOf({ raw: { type: 'S', value: Buffer.from([0xff, 0xfe]) } });
  assert.deepEqual(pivotOf({ headers }).headers, [
    { name: 'raw', value: { kind: 'binary', value: Buffer.from([0xff, 0xfe]) } },
  ]);
});

test('decimals keep their digits', () => {
  const headers = tableOf({ price: { type: 'D', scale: 2, value: 5 } });
  assert.deepEqual(pivotOf({ headers }).headers, [{ name: 'price', value: { kind: 'number', value: '0.05' } }]);
});

test('what AMQP has no property for becomes a header', () => {
  const pivot = { ...pivotOf({}), key: Buffer.from('k'), group: 'g', deduplicationId: 'd' };
  const { headers } = fromPivot(pivot, { timestampMs: 1_700_000_000_999, priority: 300 });
  assert.deepEqual([...(headers ?? new Map()).keys()], ['x-partition-key', 'x-group-id', 'x-deduplication-header']);
  assert.equal(fromPivot(pivot, { timestampMs: 1_700_000_000_999, priority: -1 }).timestamp, 1_700_000_000n);
  assert.equal(fromPivot(pivot, { timestampMs: 0, priority: 300 }).priority, 255);
});

test('integers beyond 64 bits are passed on as text', () => {
  const pivot = pivotOf({});
  pivot.headers = [{ name: 'n', value: { kind: 'integer', value: 2n ** 70n } }];
  assert.deepEqual(fromPivot(pivot, unset).headers, tableOf({ n: String(2n ** 70n) }));
});
