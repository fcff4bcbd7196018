import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameScanner } from './frame-scanner.js';
import { MessageBatch, layOutMessage, sentAtInBody } from './message-batch.js';

test('a batch is addressed to one channel and queue after another and numbers its messages', () => {
  const batch = new MessageBatch(layOutMessage('bench', 16, true), 3);
  const seen: string[] = [];
  const scanner = new FrameScanner({
    onMethod: (channel, _id, buffer, start, end) => {
      // Reserved short, empty exchange name, then the length and text of the routing key and one octet of flags.
      seen.push(`${channel} ${buffer.toString('latin1', start + 4, end - 1)}`);
    },
    onBody: (channel, buffer, start) => {
      seen.push(`${channel} ${buffer.readUInt32BE(start)} ${buffer.readDoubleBE(start + sentAtInBody)}`);
    },
  });
  const first = batch.address(1, 2, 70_000, 2, 12.5);
  scanner.take(first, first.length);
  const second = batch.address(513, 99, 5, 1, 3);
  scanner.take(second, second.length);
  assert.deepEqual(seen, [
    '1 bench-00002',
    '1 70000 12.5',
    '1 bench-00002',
    '1 70001 12.5',
    '513 bench-00099',
    '513 5 3',
  ]);
});
