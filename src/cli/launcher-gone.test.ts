import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { launcherGone } from './launcher-gone.js';

describe('a broker that npm launched', () => {
  it('learns that the launcher has ended when it gets another parent', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const child = { ppid: 40, env: { npm_lifecycle_event: 'npx' } };
      let gone = false;
      const told = launcherGone(child).then(() => {
        gone = true;
      });
      mock.timers.tick(1_000);
      await new Promise(setImmediate);
      assert.equal(gone, false);
      child.ppid = 1;
      mock.timers.tick(200);
      await told;
    } finally {
      mock.timers.reset();
    }
  });

  it('is not watched when something else launched it', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const child = { ppid: 40, env: {} };
      const told = launcherGone(child);
      child.ppid = 1;
      mock.timers.tick(1_000);
      const aTurnLater = new Promise((resolve) => setImmediate(resolve, 'nothing'));
      assert.equal(await Promise.race([told, aTurnLater]), 'nothing');
    } finally {
      mock.timers.reset();
    }
  });
});
