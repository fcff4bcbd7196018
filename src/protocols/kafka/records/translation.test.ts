import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  ATTRIBUTE_FOREIGN,
  BATCH_HEADER_BYTES,
  batchRecordCount,
  batchSizeBytes,
  buildRecordBatch,
  DIALECT_AMQP,
  type NewRecord,
  RecordCursor,
} from '../../../bytes/index.js';
import { ENVELOPE_HEADERS, type PivotMessage, type PivotValue } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import { fetch } from '../schema/fetch.js';
import { batchOf, fetched, fetchRequest, FrontFixture } from '../testing/front-fixture.test.js';
import { headersFromPivot } from './from-pivot.js';
import { encodeRecordEnvelope } from './record-envelope.js';
import { kafkaTranslation } from './to-pivot.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

/** As the core appends what another dialect sent: routing and envelope in one header. */
function foreignRecord(value: string, routingKey: string, properties: Partial<PivotMessage>): NewRecord {
  const routing = Buffer.concat([Buffer.from([0, routingKey.length]), Buffer.from(routingKey)]);
  const envelope = Buffer.concat([routing, Buffer.from(JSON.stringify(properties))]);
  return {
    timestampMs: 1_700_000_000_000,
    key: Buffer.from('k'),
    value: Buffer.from(value),
    headers: [{ key: ENVELOPE_HEADERS.get(DIALECT_AMQP) ?? Buffer.alloc(0), value: envelope }],
  };
}

function read(bytes: Uint8Array) {
  const cursor = new RecordCursor(bytes, BATCH_HEADER_BYTES, batchSizeBytes(bytes, 0), batchRecordCount(bytes, 0));
  const text = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString();
  const records = [];
  while (cursor.next()) {
    const headers: Record<string, string> = {};
    cursor.forEachHeader((keyStart, keyEnd, valueStart, valueEnd) => {
      headers[text(keyStart, keyEnd)] = text(valueStart, valueEnd);
    });
    records.push({
      key: text(cursor.keyStart, cursor.keyEnd),
      value: text(cursor.valueStart, cursor.valueEnd),
      headers,
    });
  }
  return records;
}

test('what another dialect appended is read with headers instead of an envelope, at its own offset', async () => {
  const name = await front.newTopic();
  await front.append(name, batchOf({ timestampMs: 1, key: null, value: Buffer.from('own'), headers: [] }));
  const headers = [{ name: 'h', value: { kind: 'boolean', value: true } as const }];
  front.memory.appendTo(
    name,
    buildRecordBatch(
      [foreignRecord('a', 'rk', { contentType: 'text/plain', headers }), foreignRecord('b', '', { priority: 7 })],
      { attributes: ATTRIBUTE_FOREIGN },
    ),
  );
  const { bytes } = fetched(await front.client.call(fetch, 11, fetchRequest(name, 1)));
  assert.equal(bytes.readBigInt64BE(0), 1n);
  assert.equal(bytes.readInt16BE(21), 0, 'the mark is not shown');
  assert.deepEqual(read(bytes), [
    {
      key: 'k',
      value: 'a',
      headers: { 'rosettamq.routing_key': 'rk', 'rosettamq.content_type': 'text/plain', h: 'true' },
    },
    { key: 'k', value: 'b', headers: { 'rosettamq.priority': '7' } },
  ]);
});

test('a client cannot send a batch with the mark of other dialects', async () => {
  const name = await front.newTopic();
  const forged = buildRecordBatch([foreignRecord('a', '', {})], { attributes: ATTRIBUTE_FOREIGN });
  assert.equal((await front.append(name, forged)).errorCode, ErrorCode.unsupportedCompressionType);
});

const pivotOf = (headers: readonly (readonly [string, string | null])[], key: string | null = null) => {
  const batch = buildRecordBatch([
    {
      timestampMs: 0,
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from('body'),
      headers: headers.map(([name, value]) => ({
        key: Buffer.from(name),
        value: value === null ? null : Buffer.from(value, 'latin1'),
      })),
    },
  ]);
  const cursor = new RecordCursor(batch, BATCH_HEADER_BYTES, batch.length, 1);
  cursor.next();
  const envelope = encodeRecordEnvelope(cursor);
  return kafkaTranslation.toPivot(envelope, 0, envelope.length, batch, cursor.valueStart, cursor.valueEnd);
};

test('a record becomes a message with its key as key and routing key, and its headers by what they hold', () => {
  const pivot = pivotOf(
    [
      ['text', 'plain'],
      ['bytes', '\xff\xfe'],
      ['none', null],
    ],
    'order-1',
  );
  assert.equal(Buffer.from(pivot.body).toString(), 'body');
  assert.equal(pivot.routingKey, 'order-1');
  assert.deepEqual(pivot.key, Buffer.from('order-1'));
  assert.deepEqual(pivot.headers, [
    { name: 'text', value: { kind: 'string', value: 'plain' } },
    { name: 'bytes', value: { kind: 'binary', value: Buffer.from([0xff, 0xfe]) } },
    { name: 'none', value: { kind: 'null' } },
  ]);
});

test('properties survive the way through record headers', () => {
  const properties = {
    contentType: 'application/json',
    contentEncoding: 'gzip',
    messageId: 'm',
    correlationId: 'c',
    replyTo: 'r',
    type: 't',
    appId: 'a',
    userId: 'u',
    group: 'g',
    deduplicationId: 'd',
    priority: 9,
  };
  const empty = pivotOf([]);
  const shown = headersFromPivot({ ...empty, ...properties }).map(
    ({ key, value }) => [Buffer.from(key).toString(), value === null ? null : Buffer.from(value).toString()] as const,
  );
  assert.deepEqual({ ...pivotOf(shown), body: undefined }, { ...empty, ...properties, body: undefined });
});

test('every kind of value has a form in a record header', () => {
  const forms: [PivotValue, string | null][] = [
    [{ kind: 'string', value: 's' }, 's'],
    [{ kind: 'binary', value: Buffer.from('b') }, 'b'],
    [{ kind: 'integer', value: -5n }, '-5'],
    [{ kind: 'number', value: '1.50' }, '1.50'],
    [{ kind: 'double', value: 0.5 }, '0.5'],
    [{ kind: 'boolean', value: false }, 'false'],
    [{ kind: 'timestamp', seconds: 1_700_000_000n }, '1700000000'],
    [{ kind: 'null' }, null],
    [
      { kind: 'list', items: [{ kind: 'integer', value: 2n ** 60n }, { kind: 'null' }] },
      '["1152921504606846976",null]',
    ],
    [
      { kind: 'table', entries: [{ name: '__proto__', value: { kind: 'binary', value: Buffer.from([1]) } }] },
      '{"__proto__":"AQ=="}',
    ],
  ];
  const headers = forms.map(([value], index) => ({ name: `h${index}`, value }));
  const shown = headersFromPivot({ ...pivotOf([]), headers });
  assert.deepEqual(
    shown.map(({ value }) => (value === null ? null : Buffer.from(value).toString())),
    forms.map(([, form]) => form),
  );
});
