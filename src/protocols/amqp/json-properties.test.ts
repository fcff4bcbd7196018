import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerError, type Declared } from '../../core/index.js';
import { decodeProperties, encodeProperties } from './basic-properties.js';
import { jsonOfProperties, propertiesOfJson } from './json-properties.js';

test('all properties go to the wire and come back, headers of every JSON type included', () => {
  const json: Declared = {
    content_type: 'text/plain',
    content_encoding: 'gzip',
    headers: { t: true, i: 7, d: 1.5, s: 'ö', n: null, a: [1, 'x', { deep: [] }], type: 'S' },
    delivery_mode: 2,
    priority: 9,
    correlation_id: 'c',
    reply_to: 'r',
    expiration: '1000',
    message_id: 'm',
    timestamp: 1_700_000_000,
    type: 'T',
    user_id: 'guest',
    app_id: 'app',
    cluster_id: 'cluster',
  };
  const bytes = encodeProperties(propertiesOfJson(json));
  assert.deepEqual(jsonOfProperties(decodeProperties(bytes, 0, bytes.length)), json);
});

test('what is no property is left out, and an empty list is an empty table', () => {
  assert.deepEqual(propertiesOfJson({ color: 'red', headers: [], priority: null }), { headers: new Map() });
});

test('a value of the wrong type is refused', () => {
  for (const wrong of [
    { content_type: 1 },
    { headers: 'x' },
    { priority: 256 },
    { delivery_mode: '2' },
    { timestamp: -1 },
    { timestamp: 1.5 },
  ] as Declared[]) {
    assert.throws(
      () => propertiesOfJson(wrong),
      (error) => error instanceof BrokerError && error.kind === 'invalid-argument',
      JSON.stringify(wrong),
    );
  }
});
