import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { BrokerCore, Durability, Flush, Shard } from '../core/index.js';
import { FlushLoop } from './flush-loop.js';

/** A core with one flush to give, a shard that writes down what it is asked, and the loop between them. */
function rig(durability: Durability) {
  const asked: string[] = [];
  const gathering = { number: 1, sync: false, outside: [], end: 100 };
  let given = false;
  const core = {
    stableFlush: 0,
    full: false,
    get pending() {
      return !given;
    },
    builder: {
      urgent: false,
      requireSync: () => {
        if (given) return false;
        gathering.sync = true;
        return true;
      },
    },
    takeFlush: () => {
      if (given) return undefined;
      given = true;
      return gathering as unknown as Flush;
    },
    stop: () => {},
  };
  const shard = {
    full: false,
    flush: async ({ number, sync }: Flush) => {
      asked.push(`flush ${number}${sync ? ' with sync' : ''}`);
      await new Promise(setImmediate);
    },
    sync: async () => void asked.push('sync'),
  };
  const settled: number[] = [];
  const loop = new FlushLoop(
    core as unknown as BrokerCore,
    shard as unknown as Shard,
    durability,
    (flush) => {
      core.stableFlush = flush;
      settled.push(loop.durable);
    },
    (error) => {
      throw error;
    },
  );
  return { loop, asked, settled };
}

const aFewTurns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
};

describe('what an answer waits for', () => {
  it('is the sync of its flush, by default', async () => {
    const { loop, asked, settled } = rig('sync');
    loop.require(1);
    assert.equal(loop.durable, 0);
    await aFewTurns();
    assert.deepEqual(asked, ['flush 1 with sync']);
    assert.deepEqual(settled, [1]);
  });

  it('is a sync of its own when the flush went without one', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { loop, asked, settled } = rig('sync');
      loop.gathered(true);
      await aFewTurns();
      assert.deepEqual(settled, [0]);
      // The periodic sync is a second away by now; this one must not wait for it.
      loop.require(1);
      mock.timers.tick(1);
      await aFewTurns();
      assert.deepEqual(asked, ['flush 1', 'sync']);
      assert.deepEqual(settled, [0, 1]);
    } finally {
      mock.timers.reset();
    }
  });

  it('is a sync right after the flush, when that was under way without one', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { loop, asked, settled } = rig('sync');
      loop.gathered(true);
      await new Promise(setImmediate);
      // taken by now, and not settled
      assert.deepEqual(settled, []);
      loop.require(1);
      await aFewTurns();
      mock.timers.tick(1);
      await aFewTurns();
      assert.deepEqual(asked, ['flush 1', 'sync']);
      assert.deepEqual(settled, [0, 1]);
    } finally {
      mock.timers.reset();
    }
  });

  it('is the write alone with durability os, which never syncs', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { loop, asked, settled } = rig('os');
      loop.require(1);
      await aFewTurns();
      assert.deepEqual(settled, [1]);
      mock.timers.tick(10_000);
      await aFewTurns();
      assert.deepEqual(asked, ['flush 1']);
    } finally {
      mock.timers.reset();
    }
  });

  it('is the write alone with durability interval, which syncs within a second', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { loop, asked, settled } = rig('interval');
      loop.require(1);
      await aFewTurns();
      assert.deepEqual(settled, [1]);
      assert.deepEqual(asked, ['flush 1']);
      mock.timers.tick(1_000);
      await aFewTurns();
      assert.deepEqual(asked, ['flush 1', 'sync']);
    } finally {
      mock.timers.reset();
    }
  });
});
