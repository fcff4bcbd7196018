import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHeartbeat } from './heartbeat.js';

test('an idle connection sends heartbeats, a silent peer is reported once after two intervals', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let sent = 0;
  let silent = 0;
  startHeartbeat(2, {
    bytesRead: () => 0,
    bytesWritten: () => sent * 8,
    readingPaused: () => false,
    send: () => sent++,
    silent: () => silent++,
  });
  context.mock.timers.tick(4000);
  assert.deepEqual([sent, silent], [4, 0]);
  context.mock.timers.tick(20_000);
  assert.equal(silent, 1);
});

test('traffic counts as a heartbeat in both directions', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let bytes = 0;
  startHeartbeat(2, {
    bytesRead: () => bytes,
    bytesWritten: () => bytes,
    readingPaused: () => false,
    send: () => assert.fail('the connection was not idle'),
    silent: () => assert.fail('the peer was not silent'),
  });
  for (let second = 0; second < 20; second++) {
    bytes++;
    context.mock.timers.tick(1000);
  }
});

test('while the broker does not read, silence is not held against the peer', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let silent = 0;
  startHeartbeat(1, {
    bytesRead: () => 0,
    bytesWritten: () => 0,
    readingPaused: () => true,
    send: () => {},
    silent: () => silent++,
  });
  context.mock.timers.tick(30_000);
  assert.equal(silent, 0);
});
