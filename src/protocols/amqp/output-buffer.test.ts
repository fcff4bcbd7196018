import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { OutputBuffer, copyBytes, recycle } from './output-buffer.js';

function write(out: OutputBuffer, bytes: Uint8Array): void {
  const at = out.reserve(bytes.length);
  out.commit(copyBytes(out.bytes, at, bytes, 0, bytes.length));
}

const writes = fc.array(
  fc.tuple(fc.oneof(fc.nat(200), fc.nat(100_000)), fc.nat(255)).map(([size, fill]) => Buffer.alloc(size, fill)),
  { maxLength: 20 },
);

test('what was written comes out in order, also when pieces are used again', () => {
  fc.assert(
    fc.property(fc.array(writes, { maxLength: 4 }), (turns) => {
      const out = new OutputBuffer();
      for (const turn of turns) {
        for (const bytes of turn) write(out, bytes);
        const expected = Buffer.concat(turn);
        assert.equal(out.length, expected.length);
        const pieces = out.take();
        assert.deepEqual(Buffer.concat(pieces), expected);
        assert.equal(out.length, 0);
        recycle(pieces);
      }
    }),
    { numRuns: 40 },
  );
});

test('a buffer appended to another leaves nothing behind', () => {
  const [first, second] = [new OutputBuffer(), new OutputBuffer()];
  write(first, Buffer.from('a'));
  write(second, Buffer.from('b'));
  first.append(second);
  assert.equal(Buffer.concat(first.take()).toString(), 'ab');
  assert.equal(second.length, 0);
});
