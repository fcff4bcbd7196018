import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { BrokerCore, Shard } from '../core/index.js';
import { Checkpointing } from './checkpointing.js';

/** Checkpoints over a core that has nothing to write down, and how many began. */
function rig() {
  const begun: number[] = [];
  const core = {
    flush: 1,
    beginCheckpoint: () => begun.push(core.flush),
    checkpoint: () => false,
    putMetadata: () => {},
  };
  const shard = { trimJournal: () => {} };
  const checkpoints = new Checkpointing(core as unknown as BrokerCore, shard as unknown as Shard, (_flush, callback) =>
    callback(),
  );
  return { checkpoints, begun };
}

it('a checkpoint is made when much was written', () => {
  const { checkpoints, begun } = rig();
  checkpoints.begun(0, 0);
  checkpoints.step(1000);
  assert.deepEqual(begun, []);
  checkpoints.step(17 * 1024 * 1024);
  assert.deepEqual(begun, [1]);
});

it('what had to be replayed counts, so that lives that are short leave no more behind than long ones', () => {
  const { checkpoints, begun } = rig();
  checkpoints.begun(0, 20 * 1024 * 1024);
  checkpoints.step(1000);
  assert.deepEqual(begun, [1]);
  checkpoints.step(2000);
  assert.deepEqual(begun, [1]);
});
