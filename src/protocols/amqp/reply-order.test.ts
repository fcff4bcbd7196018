import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { OutputBuffer } from './output-buffer.js';
import { ReplyOrder, type Place } from './reply-order.js';

function write(out: OutputBuffer, byte: number): void {
  const at = out.reserve(1);
  out.bytes[at] = byte;
  out.commit(at + 1);
}

test('frames go out in the order in which their places were taken, however they become ready', () => {
  const step = fc.oneof(fc.constant('write'), fc.constant('hold'), fc.nat(5));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const out = new OutputBuffer();
      const order = new ReplyOrder(out, () => {});
      const places: { place: Place; byte: number }[] = [];
      const release = ({ place, byte }: { place: Place; byte: number }): void => {
        write(place.out, byte);
        place.release();
      };
      let next = 0;
      for (const each of steps) {
        if (each === 'write') write(order.out, next++);
        else if (each === 'hold') places.push({ place: order.hold(), byte: next++ });
        else if (typeof each === 'number' && each < places.length) release(places.splice(each, 1)[0]);
      }
      for (const each of places) release(each);
      assert.deepEqual(
        Array.from(Buffer.concat(out.take())),
        Array.from({ length: next }, (_, index) => index),
      );
    }),
  );
});

test('a channel that is gone writes nothing more', () => {
  const out = new OutputBuffer();
  const order = new ReplyOrder(out, () => assert.fail('nothing was written'));
  const place = order.hold();
  order.discard();
  write(place.out, 1);
  place.release();
  assert.equal(out.length, 0);
});
