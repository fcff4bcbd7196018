import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MalformedBytes } from '../../../bytes/index.js';
import type { Api } from '../wire/api.js';
import type { Field, Shape } from '../wire/field.js';
import { inRange } from '../wire/version-range.js';
import { type ByteSlice, WireReader } from '../wire/wire-reader.js';
import { WireWriter } from '../wire/wire-writer.js';
import { ALL_APIS } from './all-apis.js';
import { apiVersions } from './api-versions.js';
import { fetch } from './fetch.js';
import { joinGroup } from './join-group.js';
import { metadata } from './metadata.js';
import { produce } from './produce.js';

const TOPIC_ID = '0123456789abcdef8899aabbccddeeff';

function encode(write: (writer: WireWriter) => void): Buffer {
  const writer = new WireWriter();
  writer.begin();
  write(writer);
  const frame = Buffer.concat(writer.finish());
  assert.equal(frame.readInt32BE(0), frame.length - 4);
  return frame.subarray(4);
}

function reader(hex: string): WireReader {
  const bytes = Buffer.from(hex, 'hex');
  return new WireReader(bytes, 0, bytes.length);
}

const METADATA_RESPONSE = {
  brokers: [{ nodeId: 1, host: 'h', port: 9092 }],
  clusterId: 'cl',
  controllerId: 1,
  topics: [
    {
      errorCode: 0,
      name: 'té',
      topicId: TOPIC_ID,
      partitions: [
        {
          errorCode: 0,
          partitionIndex: 0,
          leaderId: 1,
          leaderEpoch: 0,
          replicaNodes: [1],
          isrNodes: [1],
          offlineReplicas: [],
        },
      ],
    },
  ],
};

test('messages are the bytes that the Java client 4.2 makes of them', () => {
  const written: [string, (writer: WireWriter) => void][] = [
    [
      '000000010000000100016800002384ffff00000001000000010000000374c3a900000000010000000000000000000100000001000000010000000100000001',
      (writer) => metadata.writeResponse(writer, 1, METADATA_RESPONSE),
    ],
    [
      '000000000200000001026800002384000003636c000000010200000474c3a90123456789abcdef8899aabbccddeeff00020000000000000000000100000000020000000102000000010100800000000000',
      (writer) => metadata.writeResponse(writer, 12, METADATA_RESPONSE),
    ],
    [
      '002300000001001200000004',
      (writer) =>
        apiVersions.writeResponse(writer, 0, {
          errorCode: 35,
          apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
        }),
    ],
    [
      '002302001200000004000000000002010800000000000000050214020e67726f75702e76657273696f6e0001000100',
      (writer) =>
        apiVersions.writeResponse(writer, 4, {
          errorCode: 35,
          apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
          finalizedFeaturesEpoch: 5,
          finalizedFeatures: [{ name: 'group.version', maxVersionLevel: 1, minVersionLevel: 1 }],
        }),
    ],
    [
      '020123456789abcdef8899aabbccddeeff02000000010006ffffffffffffffffffffffffffffffffffffffffffffffff0200000000076e6f206b65790000010009000000010000000200000000000300',
      (writer) =>
        produce.writeResponse(writer, 13, {
          throttleTimeMs: 3,
          responses: [
            {
              name: '',
              topicId: TOPIC_ID,
              partitionResponses: [
                {
                  index: 1,
                  errorCode: 6,
                  baseOffset: -1,
                  recordErrors: [{ batchIndex: 0, batchIndexErrorMessage: 'no key' }],
                  currentLeader: { leaderId: 1, leaderEpoch: 2 },
                },
              ],
            },
          ],
        }),
    ],
  ];
  for (const [hex, write] of written) assert.equal(encode(write).toString('hex'), hex);
});

test('requests of the Java client 4.2 are read as it meant them', () => {
  const fetched = fetch.readRequest(
    reader(
      '000001f40000000103200000010000000700000003020123456789abcdef8899aabbccddeeff020000000200000004001ffffffffffc20ffffffffffffffffffffffff001000000000020123456789abcdef8899aabbccddeeff030000000000000001000272010003036331',
    ),
    18,
  );
  assert.equal(fetched.clusterId, 'c1');
  assert.equal(fetched.maxWaitMs, 500);
  assert.equal(fetched.isolationLevel, 1);
  assert.equal(fetched.rackId, 'r');
  assert.deepEqual(fetched.forgottenTopicsData, [{ topic: '', topicId: TOPIC_ID, partitions: [0, 1] }]);
  assert.equal(fetched.topics[0].topicId, TOPIC_ID);
  assert.equal(fetched.topics[0].partitions[0].fetchOffset, 9007199254740000);
  assert.equal(fetched.topics[0].partitions[0].partitionMaxBytes, 1048576);

  const joined = joinGroup.readRequest(
    reader('0267000027100000ea6001026909636f6e73756d6572020672616e6765040102030006737461727400'),
    9,
  );
  assert.deepEqual(
    { ...joined, protocols: joined.protocols.map(({ name, metadata }) => [name, [...metadata]]) },
    {
      groupId: 'g',
      sessionTimeoutMs: 10000,
      rebalanceTimeoutMs: 60000,
      memberId: '',
      groupInstanceId: 'i',
      protocolType: 'consumer',
      protocols: [['range', [1, 2, 3]]],
      reason: 'start',
    },
  );
});

/** Any value that the field can carry in this version; its default where it does not exist. */
function fieldValue(field: Field<unknown>, version: number): fc.Arbitrary<unknown> {
  if (!inRange(field.versions, version)) return fc.constant(field.fallback);
  const value = plainValue(field, version);
  const mayBeMissing = field.type === 'struct' && field.tag !== undefined;
  return inRange(field.nullable, version) || mayBeMissing ? fc.option(value, { nil: null }) : value;
}

function plainValue(field: Field<unknown>, version: number): fc.Arbitrary<unknown> {
  switch (field.type) {
    case 'array':
      return fc.array(
        field.shape === undefined ? primitiveValue(field.element ?? '') : shapeValue(field.shape, version),
        { maxLength: 3 },
      );
    case 'struct':
      return shapeValue(field.shape ?? {}, version);
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    case 'records':
      return fc
        .uint8Array({ minLength: 1, maxLength: 5000 })
        .map((bytes): ByteSlice[] => [{ buffer: Buffer.from(bytes), start: 0, end: bytes.length }]);
    default:
      return primitiveValue(field.type);
  }
}

function primitiveValue(type: string): fc.Arbitrary<unknown> {
  const signed = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
  switch (type) {
    case 'int8':
      return signed(8);
    case 'int16':
      return signed(16);
    case 'int32':
      return signed(32);
    case 'int64':
      return fc.maxSafeInteger();
    case 'uint16':
      return fc.nat(65_535);
    case 'float64':
      return fc.double({ noNaN: true });
    case 'bool':
      return fc.boolean();
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 40 });
    default:
      throw new Error(`no generator for ${type}`);
  }
}

function shapeValue(shape: Shape, version: number): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(shape).map(([name, field]) => [name, fieldValue(field, version)] as const);
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
}

/** Slices compare by what they hold. */
function comparable(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  if ('buffer' in value && 'start' in value) {
    const slice = value as ByteSlice;
    return Buffer.from(slice.buffer.subarray(slice.start, slice.end)).toString('hex');
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, comparable(each)]));
}

function eachVersion(check: (api: Api, version: number) => void): void {
  for (const api of ALL_APIS) {
    for (let version = api.versions.first; version <= api.versions.last; version++) check(api, version);
  }
}

test('every message of every version reads back as it was written', () => {
  eachVersion((api, version) => {
    fc.assert(
      fc.property(shapeValue(api.request, version), shapeValue(api.response, version), (request, response) => {
        const sent = encode((writer) => api.writeRequest(writer, version, request));
        const requestReader = new WireReader(sent, 0, sent.length);
        assert.deepEqual(comparable(api.readRequest(requestReader, version)), comparable(request));
        assert.equal(requestReader.remaining, 0);

        const answered = encode((writer) => api.writeResponse(writer, version, response));
        const responseReader = new WireReader(answered, 0, answered.length);
        assert.deepEqual(comparable(api.readResponse(responseReader, version)), comparable(response));
        assert.equal(responseReader.remaining, 0);
      }),
      { numRuns: 8 },
    );
  });
});

test('a message that is cut short or altered is read or refused as malformed, nothing else', () => {
  eachVersion((api, version) => {
    fc.assert(
      fc.property(shapeValue(api.request, version), fc.nat(), fc.nat(255), (request, place, value) => {
        const sent = encode((writer) => api.writeRequest(writer, version, request));
        if (sent.length === 0) return;
        assert.throws(() => api.readRequest(new WireReader(sent, 0, sent.length - 1), version), MalformedBytes);
        sent[place % sent.length] = value;
        try {
          api.readRequest(new WireReader(sent, 0, sent.length), version);
        } catch (error) {
          assert.ok(error instanceof MalformedBytes, String(error));
        }
      }),
      { numRuns: 8 },
    );
  });
});

test('tagged fields that the broker does not know are stepped over', () => {
  const request = encode((writer) => {
    writer.string('librdkafka', true);
    writer.string('2.0.2', true);
    writer.unsignedVarint(1);
    writer.unsignedVarint(77);
    writer.unsignedVarint(3);
    writer.bytes(Uint8Array.of(9, 9, 9));
  });
  assert.deepEqual(apiVersions.readRequest(new WireReader(request, 0, request.length), 3), {
    clientSoftwareName: 'librdkafka',
    clientSoftwareVersion: '2.0.2',
  });
});

test('null is refused where the version does not allow it, in both directions', () => {
  const nullTopicName = '00000001ffff'; // Metadata v4: one topic, its name null
  assert.throws(() => metadata.readRequest(reader(`${nullTopicName}01`), 4), MalformedBytes);
  const response = { ...METADATA_RESPONSE, topics: [{ ...METADATA_RESPONSE.topics[0], name: null }] };
  assert.throws(() => encode((writer) => metadata.writeResponse(writer, 9, response)), RangeError);
});

test('an array that claims more elements than the frame has bytes is refused before anything is allocated', () => {
  assert.throws(() => metadata.readRequest(reader('7fffffff0000'), 0), MalformedBytes);
});
