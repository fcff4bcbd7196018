import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PivotMessage, pivotOf, type PivotValue } from '../../../core/index.js';
import type { MessageAttribute } from './message-attribute.js';
import { fromPivot, sqsTranslation } from './pivot.js';
import { EnvelopeWriter } from './sqs-envelope.js';

function toPivot(body: string, attributes: readonly MessageAttribute[], trace?: string): PivotMessage {
  const writer = new EnvelopeWriter();
  writer.write({ messageId: '00000000-0000-4000-8000-000000000001', bodyDigest: '0'.repeat(32), trace, attributes });
  const bytes = Buffer.from(body);
  return sqsTranslation.toPivot(writer.bytes, 0, writer.length, bytes, 0, bytes.length);
}

describe('an SQS message for readers of other dialects', () => {
  it('has its attributes as headers', () => {
    const pivot = toPivot(
      'text',
      [
        { name: 's', dataType: 'String', value: 'a' },
        { name: 'l', dataType: 'String.label', value: 'b' },
        { name: 'i', dataType: 'Number.int', value: '-7' },
        { name: 'f', dataType: 'Number', value: '1.5e300' },
        { name: 'b', dataType: 'Binary.png', value: new Uint8Array([1]) },
      ],
      'Root=1',
    );
    assert.equal(Buffer.from(pivot.body).toString(), 'text');
    assert.equal(pivot.messageId, '00000000-0000-4000-8000-000000000001');
    assert.deepEqual(pivot.headers, [
      { name: 's', value: { kind: 'string', value: 'a' } },
      { name: 'l', value: { kind: 'string', value: 'b', label: 'label' } },
      { name: 'i', value: { kind: 'integer', value: -7n, label: 'int' } },
      { name: 'f', value: { kind: 'number', value: '1.5e300' } },
      { name: 'b', value: { kind: 'binary', value: new Uint8Array([1]), label: 'png' } },
      { name: 'AWSTraceHeader', value: { kind: 'string', value: 'Root=1' } },
    ]);
  });

  it('has the properties that its attributes name', () => {
    const pivot = toPivot('AP8=', [
      { name: 'rosettamq.content_type', dataType: 'String', value: 'image/png' },
      { name: 'rosettamq.reply_to', dataType: 'String', value: 'answers' },
      { name: 'rosettamq.key', dataType: 'String', value: 'k' },
      { name: 'rosettamq.priority', dataType: 'Number', value: '3' },
      { name: 'rosettamq.timestamp', dataType: 'Number', value: '1700000000000' },
      { name: 'rosettamq.body_encoding', dataType: 'String', value: 'base64' },
    ]);
    assert.deepEqual([...pivot.body], [0, 255]);
    assert.equal(pivot.contentType, 'image/png');
    assert.equal(pivot.replyTo, 'answers');
    assert.equal(Buffer.from(pivot.key ?? []).toString(), 'k');
    assert.equal(pivot.priority, 3);
    assert.equal(pivot.timestampMs, 1_700_000_000_000);
    assert.deepEqual(pivot.headers, []);
  });
});

describe('a message of another dialect for SQS readers', () => {
  const seen = (value: PivotValue): MessageAttribute => {
    const pivot = pivotOf(new Uint8Array(0));
    pivot.headers.push({ name: 'h', value });
    return fromPivot(pivot).attributes[0];
  };

  for (const [value, dataType, shown] of [
    [{ kind: 'string', value: 'a\u0000' }, 'String', 'a\ufffd'],
    [{ kind: 'string', value: 'a', label: 'x' }, 'String.x', 'a'],
    [{ kind: 'integer', value: 2n ** 63n }, 'Number', '9223372036854775808'],
    [{ kind: 'number', value: '1.50' }, 'Number', '1.50'],
    [{ kind: 'double', value: 0.1 }, 'Number.double', '0.1'],
    [{ kind: 'double', value: Number.NaN }, 'String.double', 'NaN'],
    [{ kind: 'boolean', value: false }, 'String.boolean', 'false'],
    [{ kind: 'timestamp', seconds: 17n }, 'Number.timestamp', '17'],
    [{ kind: 'null' }, 'String.null', 'null'],
    [{ kind: 'list', items: [{ kind: 'integer', value: 1n }, { kind: 'null' }] }, 'String.json', '[1,null]'],
    [
      { kind: 'table', entries: [{ name: '__proto__', value: { kind: 'binary', value: new Uint8Array([1]) } }] },
      'String.json',
      '{"__proto__":"AQ=="}',
    ],
  ] as const satisfies readonly (readonly [PivotValue, string, string])[]) {
    it(`shows a header of the kind ${value.kind} as ${dataType}`, () => {
      assert.deepEqual(seen(value), { name: 'h', dataType, value: shown });
    });
  }

  for (const value of [
    { kind: 'string', value: 'a', label: 'x' },
    { kind: 'binary', value: new Uint8Array([0, 1]) },
    { kind: 'integer', value: 7n },
    { kind: 'number', value: '1.50' },
    { kind: 'double', value: Number.NEGATIVE_INFINITY },
    { kind: 'double', value: 0.25 },
    { kind: 'boolean', value: true },
    { kind: 'timestamp', seconds: 17n },
    { kind: 'null' },
  ] as const satisfies readonly PivotValue[]) {
    it(`makes of ${value.kind} what comes back as ${value.kind}`, () => {
      assert.deepEqual(toPivot('x', [seen(value)]).headers, [{ name: 'h', value }]);
    });
  }

  it('comes back with the same body and properties', () => {
    const pivot = pivotOf(new Uint8Array([0xff, 0]));
    Object.assign(pivot, {
      contentType: 'a/b',
      correlationId: 'c',
      exchange: 'ex',
      routingKey: 'r.k',
      key: Buffer.from([0]),
      priority: 9,
      timestampMs: 5,
    });
    const { body, attributes } = fromPivot(pivot);
    const back = toPivot(body, attributes);
    assert.deepEqual(
      { ...back, body: [...back.body], key: [...(back.key ?? [])], messageId: undefined },
      { ...pivot, body: [0xff, 0], key: [0] },
    );
  });
});
