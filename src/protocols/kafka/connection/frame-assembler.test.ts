import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FrameAssembler, FrameError } from './frame-assembler.js';

function frame(body: Uint8Array): Buffer {
  const framed = Buffer.alloc(4 + body.length);
  framed.writeInt32BE(body.length, 0);
  framed.set(body, 4);
  return framed;
}

test('frames come out whole and in order however the stream is cut', () => {
  const bodies = fc.array(fc.uint8Array({ minLength: 8, maxLength: 60 }), { maxLength: 8 });
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(frame));
      const received: Buffer[] = [];
      const assembler = new FrameAssembler(60, (buffer, start, end) => {
        received.push(Buffer.from(buffer.subarray(start, end)));
      });
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = cuts[turn % cuts.length];
        assembler.push(stream.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(
        received.map((each) => each.toString('hex')),
        sent.map((each) => Buffer.from(each).toString('hex')),
      );
    }),
    { numRuns: 500 },
  );
});

test('a frame within one chunk is handed over without a copy', () => {
  const chunk = frame(new Uint8Array(20));
  let seen: Buffer | undefined;
  new FrameAssembler(100, (buffer) => {
    seen = buffer;
  }).push(chunk);
  assert.equal(seen, chunk);
});

test('a length beyond the limit, below the smallest header or negative is refused before anything is buffered', () => {
  for (const size of [101, 7, 0, -1, 0x7fffffff]) {
    const assembler = new FrameAssembler(100, () => assert.fail('no frame expected'));
    const prefix = Buffer.alloc(4);
    prefix.writeInt32BE(size, 0);
    assembler.push(prefix.subarray(0, 3));
    assert.throws(() => assembler.push(prefix.subarray(3)), FrameError);
  }
});

test('clients of other protocols are named', () => {
  const refusal = (bytes: Buffer) => {
    try {
      new FrameAssembler(100 * 1024 * 1024, () => assert.fail('no frame expected')).push(bytes);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  assert.match(refusal(Buffer.from('GET / HTTP/1.1\r\n')), /an HTTP request on the Kafka port/);
  assert.match(refusal(Buffer.from('AMQP\0\0\x09\x01', 'latin1')), /an AMQP client/);
  assert.match(refusal(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00])), /a TLS handshake/);
});
