import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { StopSignals } from './stop-signals.js';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('stop signals', () => {
  it('ask for a clean stop at first', async () => {
    const source = new FakeProcess();
    const signals = new StopSignals(source, () => 0);
    source.emit('SIGTERM');
    assert.equal(await signals.first, 'SIGTERM');
    assert.deepEqual(source.exits, []);
  });

  it('end the process when they come again', async () => {
    const source = new FakeProcess();
    let nowMs = 0;
    const signals = new StopSignals(source, () => nowMs);
    source.emit('SIGTERM');
    assert.equal(await signals.first, 'SIGTERM');
    nowMs = 500;
    source.emit('SIGINT');
    assert.deepEqual(source.exits, [130]);
  });

  it('count one Ctrl-C that npm passes on once more as one', async () => {
    const source = new FakeProcess();
    let nowMs = 0;
    const signals = new StopSignals(source, () => nowMs);
    source.emit('SIGINT');
    assert.equal(await signals.first, 'SIGINT');
    nowMs = 499;
    source.emit('SIGINT');
    assert.deepEqual(source.exits, []);
  });
});
