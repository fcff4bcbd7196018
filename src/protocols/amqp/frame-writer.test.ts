import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encodeProperties } from './basic-properties.js';
import { found, FrameReader } from './frame-reader.js';
import { FRAME_BODY, FRAME_HEADER, FRAME_METHOD } from './frame-type.js';
import { writeDelivery } from './frame-writer.js';
import { decodeMethod } from './method-codec.js';
import { OutputBuffer } from './output-buffer.js';
import { shortString } from './short-string.js';

const text = fc.string({ maxLength: 60 });

test('a delivery is one method, one header and bodies that fit the frame size, with the bytes as given', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4096, max: 9000 }),
      text,
      text,
      text,
      fc.nat(30_000),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.boolean(),
      (frameMax, consumerTag, exchange, routingKey, bodySize, deliveryTag, redelivered) => {
        const routing = Buffer.concat([shortString(exchange), shortString(routingKey)]);
        const properties = encodeProperties({ messageId: routingKey });
        const body = Buffer.alloc(bodySize, 'body');
        const out = new OutputBuffer();
        writeDelivery(out, frameMax, 7, shortString(consumerTag), deliveryTag, redelivered, {
          routing,
          routingStart: 0,
          routingEnd: routing.length,
          properties,
          propertiesStart: 0,
          propertiesEnd: properties.length,
          body,
          bodyStart: 0,
          bodyEnd: body.length,
        });

        const reader = new FrameReader(frameMax);
        reader.append(Buffer.concat(out.take()));
        const types: number[] = [];
        const received: Buffer[] = [];
        while (reader.next() === found.frame) {
          const { buffer, start, end, type, channel } = reader;
          assert.equal(channel, 7);
          assert.ok(end - start + 8 <= frameMax);
          types.push(type);
          if (type === FRAME_METHOD) {
            assert.deepEqual(decodeMethod(buffer, start, end), {
              name: 'basic.deliver',
              args: { consumerTag, deliveryTag, redelivered, exchange, routingKey },
            });
          } else if (type === FRAME_HEADER) {
            assert.equal(buffer.readBigUInt64BE(start + 4), BigInt(bodySize));
            assert.deepEqual(buffer.subarray(start + 12, end), properties);
          } else received.push(buffer.subarray(start, end));
        }
        const bodyFrames = Math.ceil(bodySize / (frameMax - 8));
        assert.deepEqual(types, [FRAME_METHOD, FRAME_HEADER, ...Array<number>(bodyFrames).fill(FRAME_BODY)]);
        assert.deepEqual(Buffer.concat(received), body);
      },
    ),
  );
});
