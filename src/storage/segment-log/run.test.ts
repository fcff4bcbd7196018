import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { readRunHeader, RUN_HEADER_BYTES, type RunHeader, sealedRunHeader, sealRun, walkRuns } from './run.js';

const header = fc.record({
  log: fc.nat(2 ** 40),
  firstSeq: fc.nat(2 ** 50),
  count: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  flags: fc.nat(255),
  maxTimestampMs: fc.constantFrom(0, -1, 1_700_000_000_000),
  flush: fc.nat(2 ** 47),
});

describe('a run', () => {
  it('is read as it was written, wherever its payload lay', () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 300 }), (fields, payload) => {
        const written = sealed(fields, payload);
        const expected = { ...fields, payloadBytes: payload.length };
        assert.deepEqual(readRunHeader(written, 0, written.length), expected);
        assert.deepEqual(Buffer.concat([sealedRunHeader(expected, payload), payload]), written);
      }),
    );
  });

  it('that is not hit by a flipped bit is found, and the one that is, is not', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 100 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(payloads, fc.nat(10_000), fc.nat(7), (texts, byte, bit) => {
        const runs = texts.map((payload, i) => sealed({ ...plain, firstSeq: i }, payload));
        const content = Buffer.concat(runs);
        const at = byte % content.length;
        content[at] ^= 1 << bit;
        let start = 0;
        const hit = runs.findIndex((run) => (start += run.length) > at);
        const found: number[] = [];
        let damagedBytes = 0;
        walkRuns(content, 0, content.length, false, {
          run: (one) => found.push(one.firstSeq),
          damaged: (from, to) => (damagedBytes += to - from),
        });
        assert.deepEqual(
          found,
          texts.map((_, i) => i).filter((i) => i !== hit),
        );
        assert.equal(damagedBytes, runs[hit].length);
      }),
      { numRuns: 2000 },
    );
  });
});

const plain: Omit<RunHeader, 'payloadBytes'> = { log: 7, firstSeq: 0, count: 1, flags: 0, maxTimestampMs: 0, flush: 3 };

function sealed(fields: Omit<RunHeader, 'payloadBytes'>, payload: Uint8Array): Buffer {
  const buffer = Buffer.alloc(RUN_HEADER_BYTES + payload.length);
  buffer.set(payload, RUN_HEADER_BYTES);
  sealRun(buffer, 0, { ...fields, payloadBytes: payload.length });
  return buffer;
}
