import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { ConnectionError } from './amqp-error.js';
import { tableOf } from './field-of.js';
import { decodeMethod, encodeMethod } from './method-codec.js';
import { methods, type ArgumentType, type MethodName } from './methods.js';

const shortText = fc.string({ maxLength: 60, unit: 'grapheme' });
const byType: Record<ArgumentType, fc.Arbitrary<unknown>> = {
  bit: fc.boolean(),
  octet: fc.integer({ min: 0, max: 255 }),
  short: fc.integer({ min: 0, max: 65535 }),
  long: fc.integer({ min: 0, max: 0xffffffff }),
  longlong: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  shortstr: shortText,
  longstr: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  table: fc.dictionary(shortText, fc.integer()).map((object) => tableOf({ ...object })),
};

const names = Object.keys(methods) as MethodName[];

test('every method comes back as it was encoded', () => {
  for (const name of names) {
    const shape = Object.fromEntries(Object.entries(methods[name].args).map(([key, type]) => [key, byType[type]]));
    fc.assert(
      fc.property(fc.record(shape), (args) => {
        const bytes = encodeMethod(name, args as never);
        const decoded = decodeMethod(bytes, 0, bytes.length);
        assert.equal(decoded.name, name);
        assert.deepEqual(decoded.args, { ...args });
      }),
      { numRuns: 30 },
    );
  }
});

interface Definitions {
  [constant: string]: number;
}

test('ids agree with those of a client library', () => {
  const definitions = createRequire(import.meta.url)(
    fileURLToPath(new URL('lib/defs.js', import.meta.resolve('amqplib'))),
  ) as Definitions;
  for (const [constant, code] of Object.entries(definitions)) {
    if (!/^[A-Z][a-z]/.test(constant) || constant === 'BasicProperties' || typeof code !== 'number') continue;
    const name = constant
      .replace(/(?<!^)([A-Z])/g, '-$1')
      .toLowerCase()
      .replace('-', '.') as MethodName;
    assert.ok(name in methods, name);
    assert.equal(methods[name].id[0] * 0x10000 + methods[name].id[1], code, name);
  }
});

test('an unknown method is 501 and says which', () => {
  const bytes = Buffer.from([0, 60, 0, 200]);
  assert.throws(
    () => decodeMethod(bytes, 0, 4),
    (error) =>
      error instanceof ConnectionError &&
      error.replyText === 'FRAME_ERROR - cannot decode <<>>' &&
      error.classId === 60 &&
      error.methodId === 200,
  );
});

test('truncated and random arguments are refused as 501', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.uint8Array({ maxLength: 30 }), (name, random) => {
      const [classId, methodId] = methods[name].id;
      const bytes = Buffer.concat([Buffer.from([0, classId, 0, methodId]), random]);
      try {
        decodeMethod(bytes, 0, bytes.length);
      } catch (error) {
        assert.ok(error instanceof ConnectionError && error.replyCode === 501, String(error));
      }
    }),
  );
});

test('a short string that is no UTF-8 is refused', () => {
  const bytes = Buffer.from([0, 20, 0, 10, 2, 0xc3, 0x28]);
  assert.throws(() => decodeMethod(bytes, 0, bytes.length), ConnectionError);
});
