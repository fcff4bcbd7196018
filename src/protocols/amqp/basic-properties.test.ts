import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeProperties, encodeProperties, PropertyScan, type BasicProperties } from './basic-properties.js';
import { tableOf } from './field-of.js';
import { DecodeError } from './field-table.js';

const text = fc.string({ maxLength: 40, unit: 'grapheme' });
const octet = fc.integer({ min: 0, max: 255 });
const properties: fc.Arbitrary<BasicProperties> = fc.record(
  {
    contentType: text,
    contentEncoding: text,
    headers: fc.dictionary(text, fc.integer()).map((object) => tableOf({ ...object })),
    deliveryMode: octet,
    priority: octet,
    correlationId: text,
    replyTo: text,
    expiration: text,
    messageId: text,
    timestamp: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    type: text,
    userId: text,
    appId: text,
    clusterId: text,
  },
  { requiredKeys: [] },
);

test('properties come back as they were encoded', () => {
  fc.assert(
    fc.property(properties, (values) => {
      const bytes = encodeProperties(values);
      assert.deepEqual(decodeProperties(bytes, 0, bytes.length), { ...values });
    }),
  );
});

test('the scan finds what decoding finds', () => {
  const scan = new PropertyScan();
  fc.assert(
    fc.property(properties, fc.nat(20), (values, shift) => {
      const bytes = Buffer.concat([Buffer.alloc(shift), encodeProperties(values)]);
      scan.read(bytes, shift, bytes.length);
      const part = (start: number, end: number): string | undefined =>
        start < 0 ? undefined : bytes.toString('utf8', start, end);
      assert.equal(scan.deliveryMode, values.deliveryMode ?? 0);
      assert.equal(scan.priority, values.priority ?? -1);
      assert.equal(part(scan.replyToStart, scan.replyToEnd), values.replyTo);
      assert.equal(part(scan.expirationStart, scan.expirationEnd), values.expiration);
      assert.equal(part(scan.userIdStart, scan.userIdEnd), values.userId);
      assert.equal(scan.headersStart >= 0, values.headers !== undefined);
    }),
  );
});

test('cut or random properties are refused by both, never read beyond their end', () => {
  const scan = new PropertyScan();
  const readable = (read: () => void): boolean => {
    try {
      read();
      return true;
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
      return false;
    }
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (random) => {
      const bytes = Buffer.from(random);
      const scanned = readable(() => scan.read(bytes, 0, bytes.length));
      const decoded = readable(() => decodeProperties(bytes, 0, bytes.length));
      assert.ok(scanned || !decoded, 'what decodes can be scanned');
    }),
  );
});

test('a second word of flags is skipped', () => {
  const bytes = Buffer.from([0x10, 0x01, 0x00, 0x00, 2]);
  assert.deepEqual(decodeProperties(bytes, 0, bytes.length), { deliveryMode: 2 });
  const scan = new PropertyScan();
  scan.read(bytes, 0, bytes.length);
  assert.equal(scan.deliveryMode, 2);
});
