import { rmSync } from 'node:fs';
import { pause } from '../machine/clock.js';
import { residentBytes } from '../machine/resident-memory.js';
import { settleDisk } from '../machine/settle-disk.js';
import type { Ledger } from '../report/ledger.js';
import { dataFolder } from '../servers/contest.js';
import type { ServerKind } from '../servers/server.js';
import type { RunSettings } from '../suite.js';

export const emptyShape = 'memory empty';

/** Long enough for what a server still does after it is up. */
const idleMs = 5000;
const quickIdleMs = 2000;

/** Starts each kind with an empty folder, several times: how long that takes, and what it then needs to do nothing. */
export async function measureEmpty(kinds: readonly ServerKind[], settings: RunSettings, ledger: Ledger): Promise<void> {
  for (let round = 1; round <= settings.rounds; round++) {
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
      const folder = dataFolder(settings, kind);
      const figure = { shape: emptyShape, contender: kind.contender, round } as const;
      settleDisk();
      try {
        const server = await kind.start(folder);
        ledger.record({ ...figure, metric: 'start', unit: 'ms', value: server.startedInMs });
        await pause(settings.quick ? quickIdleMs : idleMs);
        ledger.record({ ...figure, metric: 'idle RSS', unit: 'MB', value: residentBytes(server.pid) / 1e6 });
        await server.stop();
      } catch (error) {
        ledger.fail(`${emptyShape}, round ${round}, ${kind.contender}`, error);
      }
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
