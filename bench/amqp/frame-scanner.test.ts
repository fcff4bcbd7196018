import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyFrame, headerFrame, longString, methodFrame } from './frame-encoder.js';
import { FrameScanner } from './frame-scanner.js';
import { methodIds } from './method-ids.js';

const large = Buffer.alloc(300_000, 'l');
const stream = Buffer.concat([
  methodFrame(7, methodIds.basicAck, Buffer.from('first')),
  headerFrame(7, 3, 2),
  bodyFrame(7, Buffer.from('abc')),
  bodyFrame(300, large),
  methodFrame(0, methodIds.connectionTune, longString(Buffer.from('last'))),
]);

function scan(pieces: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const scanner = new FrameScanner({
    onMethod: (channel, id, buffer, start, end) =>
      seen.push(`${channel} method ${id} ${buffer.toString('hex', start, end)}`),
    onBody: (channel, buffer, start, end) =>
      seen.push(`${channel} body ${end - start} ${buffer.toString('latin1', start, Math.min(end, start + 3))}`),
  });
  for (const piece of pieces) scanner.take(piece, piece.length);
  return seen;
}

const expected = [
  `7 method ${methodIds.basicAck} ${Buffer.from('first').toString('hex')}`,
  '7 body 3 abc',
  '300 body 300000 lll',
  `0 method ${methodIds.connectionTune} 00000004${Buffer.from('last').toString('hex')}`,
];

test('frames are the same however the stream is cut', () => {
  assert.deepEqual(scan([stream]), expected);
  for (const size of [1, 2, 3, 6, 7, 8, 9, 64, 1000, 65_536]) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));
    assert.deepEqual(scan(pieces), expected, `pieces of ${size}`);
  }
});

test('a frame without its end mark is refused', () => {
  const broken = Buffer.from(stream);
  broken[methodFrame(7, methodIds.basicAck, Buffer.from('first')).length - 1] = 0;
  assert.throws(() => scan([broken]), /no end mark/);
});
