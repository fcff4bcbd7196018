import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EnvelopeWriter, readEnvelope } from './sqs-envelope.js';

const wellFormed = fc.string({ unit: 'binary', maxLength: 300 }).map((value) => Buffer.from(value).toString());
const envelopes = fc.record({
  messageId: fc.uuid(),
  bodyDigest: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  trace: fc.option(wellFormed, { nil: undefined }),
  attributes: fc.array(
    fc.record({
      name: wellFormed,
      dataType: wellFormed,
      value: fc.oneof(wellFormed, fc.uint8Array({ maxLength: 2000 })),
    }),
    { maxLength: 10 },
  ),
  topic: fc.option(
    fc.record({
      form: fc.constantFrom('raw' as const, 'notification' as const, 'confirmation' as const),
      topicArn: wellFormed,
      subject: wellFormed,
      publishedMs: fc.nat(),
      sequenceNumber: wellFormed,
      signatureVersion: wellFormed,
      subscriptionArn: wellFormed,
    }),
    { nil: undefined },
  ),
});

describe('the envelope of an SQS message', () => {
  it('gives back what was written, wherever it lies', () => {
    const writer = new EnvelopeWriter();
    fc.assert(
      fc.property(envelopes, fc.nat({ max: 9 }), (envelope, at) => {
        writer.write(envelope);
        const place = new Uint8Array(at + writer.length + 3).fill(0xaa);
        place.set(writer.bytes, at);
        const read = readEnvelope(place, at, at + writer.length);
        const attributes = envelope.attributes.map((attribute) => ({ ...attribute }));
        assert.deepEqual(read, { ...envelope, attributes, topic: envelope.topic && { ...envelope.topic } });
      }),
    );
  });

  it('is refused when it is of a version that is not known', () => {
    assert.throws(() => readEnvelope(new Uint8Array(40), 0, 40), /version/);
  });
});
