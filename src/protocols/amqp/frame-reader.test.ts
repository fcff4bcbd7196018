import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ConnectionError } from './amqp-error.js';
import { encodeProperties } from './basic-properties.js';
import { ContentAssembler } from './content-assembler.js';
import { found, FrameReader } from './frame-reader.js';
import { CODE_BASIC_PUBLISH, FRAME_BODY, FRAME_HEADER, FRAME_METHOD } from './frame-type.js';
import { encodeMethod } from './method-codec.js';
import type { PublishView } from './publish-view.js';

const frameMax = 4096;

function frame(type: number, channel: number, payload: Uint8Array, end = 0xce): Buffer {
  const bytes = Buffer.alloc(payload.length + 8);
  bytes[0] = type;
  bytes.writeUInt16BE(channel, 1);
  bytes.writeUInt32BE(payload.length, 3);
  bytes.set(payload, 7);
  bytes[bytes.length - 1] = end;
  return bytes;
}

interface Message {
  channel: number;
  exchange: string;
  routingKey: string;
  messageId: string;
  body: Buffer;
}

function framesOf(message: Message, pieceBytes = frameMax - 8): Buffer[] {
  const method = encodeMethod('basic.publish', {
    ticket: 0,
    exchange: message.exchange,
    routingKey: message.routingKey,
    mandatory: true,
    immediate: false,
  });
  const header = Buffer.concat([
    Buffer.from([0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    encodeProperties({ messageId: message.messageId }),
  ]);
  header.writeUInt32BE(message.body.length, 8);
  const frames = [frame(FRAME_METHOD, message.channel, method), frame(FRAME_HEADER, message.channel, header)];
  for (let at = 0; at < message.body.length; at += pieceBytes) {
    frames.push(frame(FRAME_BODY, message.channel, message.body.subarray(at, at + pieceBytes)));
  }
  return frames;
}

function messageFrom(view: PublishView, channel: number): Message {
  const { buffer } = view;
  const propertyBytes = buffer.subarray(view.propertiesStart, view.propertiesEnd);
  return {
    channel,
    exchange: buffer.toString('utf8', view.exchangeStart, view.exchangeEnd),
    routingKey: buffer.toString('utf8', view.routingKeyStart, view.routingKeyEnd),
    messageId: propertyBytes.toString('utf8', 3),
    body: Buffer.from(buffer.subarray(view.bodyStart, view.bodyEnd)),
  };
}

/** Reads like a connection does: whole messages at once, others through their channel's assembler. */
class Receiver {
  readonly messages: Message[] = [];
  readonly methods: number[] = [];
  readonly reader = new FrameReader(frameMax);
  whole = 0;
  private readonly assemblers = new Map<number, ContentAssembler>();

  read(chunk: Buffer): void {
    const { reader } = this;
    reader.append(chunk);
    for (;;) {
      const result = reader.next();
      if (result === found.needMore) return;
      const { buffer, start, end, channel } = reader;
      const assembler = this.assembler(channel);
      if (result === found.publish) {
        this.whole++;
        this.messages.push(messageFrom(reader.publish, channel));
      } else if (reader.type === FRAME_METHOD && reader.methodCode === CODE_BASIC_PUBLISH) {
        assembler.begin(buffer, start, end);
      } else if (reader.type === FRAME_METHOD) this.methods.push(reader.methodCode);
      else {
        const done =
          reader.type === FRAME_HEADER ? assembler.header(buffer, start, end) : assembler.body(buffer, start, end);
        if (done) this.messages.push(messageFrom(assembler.publish, channel));
      }
    }
  }

  private assembler(channel: number): ContentAssembler {
    let assembler = this.assemblers.get(channel);
    if (assembler === undefined) {
      assembler = new ContentAssembler(1_000_000);
      this.assemblers.set(channel, assembler);
    }
    return assembler;
  }
}

const message: fc.Arbitrary<Message> = fc.record(
  {
    channel: fc.integer({ min: 1, max: 3 }),
    exchange: fc.string({ maxLength: 20 }),
    routingKey: fc.string({ maxLength: 60 }),
    messageId: fc.string({ maxLength: 60 }),
    body: fc.tuple(fc.oneof(fc.nat(100), fc.nat(20_000)), fc.nat(255)).map(([size, seed]) => filled(size, seed)),
  },
  { noNullPrototype: true },
);

function filled(size: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; at++) bytes[at] = at * 7 + seed;
  return bytes;
}

function cut(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length];
    // a copy, so that a test sees when the reader wrote into a chunk that is not its own
    chunks.push(Buffer.from(stream.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}

const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 9000 })), {
  minLength: 1,
  maxLength: 20,
});

test('messages come out whole and in order however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), chunkSizes, (messages, sizes) => {
      const receiver = new Receiver();
      const stream = Buffer.concat(messages.flatMap((each) => framesOf(each)));
      for (const chunk of cut(stream, sizes)) receiver.read(chunk);
      assert.deepEqual(receiver.messages, messages);
    }),
  );
});

test('messages of different channels may be interleaved frame by frame', () => {
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 3, maxLength: 3 }),
      chunkSizes,
      fc.infiniteStream(fc.nat(2)),
      (three, sizes, picks) => {
        const messages = three.map((each, index) => ({ ...each, channel: index + 1 }));
        const queues = messages.map((each) => framesOf(each, 1000));
        const stream: Buffer[] = [];
        for (const pick of picks) {
          const next = queues[pick].shift() ?? queues.find((queue) => queue.length > 0)?.shift();
          if (next === undefined) break;
          stream.push(next);
        }
        const receiver = new Receiver();
        for (const chunk of cut(Buffer.concat(stream), sizes)) receiver.read(chunk);
        assert.deepEqual(
          receiver.messages.toSorted((left, right) => left.channel - right.channel),
          messages,
        );
      },
    ),
  );
});

test('bytes once handed out are never written again', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 2, maxLength: 8 }), chunkSizes, (messages, sizes) => {
      const reader = new FrameReader(frameMax);
      const views: { bytes: Buffer; copy: Buffer }[] = [];
      for (const chunk of cut(Buffer.concat(messages.flatMap((each) => framesOf(each))), sizes)) {
        reader.append(chunk);
        while (reader.next() !== found.needMore) {
          const bytes = reader.buffer.subarray(reader.start, reader.end);
          views.push({ bytes, copy: Buffer.from(bytes) });
        }
      }
      for (const view of views) assert.deepEqual(view.bytes, view.copy);
    }),
  );
});

test('a small message in one chunk takes the short way', () => {
  const receiver = new Receiver();
  const sent = { channel: 1, exchange: 'e', routingKey: 'k', messageId: 'm', body: Buffer.from('body') };
  receiver.read(Buffer.concat([...framesOf(sent), ...framesOf(sent)]));
  assert.equal(receiver.whole, 2);
});

function refusal(chunk: Buffer): string {
  const reader = new FrameReader(frameMax);
  reader.append(chunk);
  try {
    while (reader.next() !== found.needMore);
  } catch (error) {
    if (error instanceof ConnectionError) return error.replyText;
    throw error;
  }
  return 'accepted';
}

test('frames beyond the negotiated size are refused, with 8 bytes of slack', () => {
  assert.equal(refusal(frame(FRAME_BODY, 1, Buffer.alloc(4096))), 'accepted');
  assert.equal(
    refusal(frame(FRAME_BODY, 1, Buffer.alloc(5000)).subarray(0, 7)),
    'FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,5000,4088}',
  );
});

test('a wrong end octet is refused', () => {
  assert.equal(
    refusal(frame(8, 0, Buffer.alloc(0), 0)),
    'FRAME_ERROR - type 8, all octets = <<>>: {invalid_frame_end_marker,0}',
  );
});

test('the bytes of a protocol header may come one by one', () => {
  const reader = new FrameReader(frameMax);
  for (const byte of Buffer.from('AMQP\0\0\x09')) {
    reader.append(Buffer.from([byte]));
    assert.equal(reader.take(8), undefined);
  }
  reader.append(Buffer.from([1]));
  assert.deepEqual(reader.take(8), Buffer.from('AMQP\0\0\x09\x01'));
});

test('random bytes are cut into frames or refused with a connection error', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (chunks) => {
      const receiver = new Receiver();
      try {
        for (const chunk of chunks) receiver.read(Buffer.from(chunk));
      } catch (error) {
        assert.ok(error instanceof ConnectionError, String(error));
      }
    }),
  );
});
