import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentAssembler } from './content-assembler.js';
import { encodeMethod } from './method-codec.js';

const publish = encodeMethod('basic.publish', {
  ticket: 0,
  exchange: '',
  routingKey: 'q',
  mandatory: false,
  immediate: false,
});

function header(bodySize: number, classId = 60): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.writeUInt16BE(classId, 0);
  bytes.writeBigUInt64BE(BigInt(bodySize), 4);
  return bytes;
}

function replyText(run: (assembler: ContentAssembler) => void): string {
  try {
    run(new ContentAssembler(1000));
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

const all = (bytes: Buffer): [Buffer, number, number] => [bytes, 0, bytes.length];

test('content out of order is refused in the words of RabbitMQ', () => {
  const unannounced = 'UNEXPECTED_FRAME - expected method frame, got non method frame instead';
  assert.equal(
    replyText((assembler) => assembler.header(...all(header(1)))),
    unannounced,
  );
  assert.equal(
    replyText((assembler) => assembler.body(...all(Buffer.alloc(1)))),
    unannounced,
  );
  assert.equal(
    replyText((assembler) => {
      assembler.begin(...all(publish));
      assembler.body(...all(Buffer.alloc(1)));
    }),
    'UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead',
  );
  assert.equal(
    replyText((assembler) => {
      assembler.begin(...all(publish));
      assembler.header(...all(header(1, 10)));
    }),
    'UNEXPECTED_FRAME - expected content header for class 60, got one for class 10 instead',
  );
});

test('a body longer than announced is refused', () => {
  assert.match(
    replyText((assembler) => {
      assembler.begin(...all(publish));
      assembler.header(...all(header(3)));
      assembler.body(...all(Buffer.alloc(4)));
    }),
    /^FRAME_ERROR/,
  );
});

test('a message above the limit is refused before its body comes, and the channel can go on', () => {
  const assembler = new ContentAssembler(1000);
  assembler.begin(...all(publish));
  assert.throws(
    () => assembler.header(...all(header(1001))),
    /^ChannelError|PRECONDITION_FAILED - message size 1001 is larger than configured max size 1000/,
  );
  assert.equal(assembler.open, false);
});

test('empty body frames are tolerated', () => {
  const assembler = new ContentAssembler(1000);
  assembler.begin(...all(publish));
  assert.equal(assembler.header(...all(header(2))), false);
  assert.equal(assembler.body(...all(Buffer.alloc(0))), false);
  assert.equal(assembler.body(...all(Buffer.from('hi'))), true);
  const { buffer, bodyStart, bodyEnd } = assembler.publish;
  assert.equal(buffer.toString('utf8', bodyStart, bodyEnd), 'hi');
});
