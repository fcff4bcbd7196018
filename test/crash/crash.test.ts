import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Violation } from './checks/violation.js';
import { inCrashFolder } from './crash-folder.js';
import { CrashRun, type Disk } from './crash-run.js';
import { LoopDisk } from './disks/loop-disk.js';
import { plainFolder } from './disks/plain-folder.js';

// `npm run crash` does the same for as long as it is told to.
const KILLS = 8;
const POWER_CUTS = 4;
const STOPS = 3;
const LONGEST_LIFE_MS = 1_200;
const DISK_MIB = 512;
/** A cut that comes right after the setting up finds little to lose; one of so many is enough. */
const CUTS_WITHOUT_SYNC = 5;

/** A clean stop under load, and how it ended. */
function stoppedFolder(dataDir: string, ends: (number | null)[]): Disk {
  return {
    ...plainFolder(dataDir),
    crash: async (broker) => {
      ends.push((await broker.stop()).code);
    },
  };
}

/** Why the power cannot be cut here; asked once. */
const noPowerCut = await LoopDisk.unavailable();
const powerCut = { skip: noPowerCut === undefined ? false : `the power cannot be cut here: ${noPowerCut}` };

test(`${KILLS} times kill -9 under load: nothing is lost, seen too early, or used twice`, async (t) => {
  const seed = randomInt(0x1_0000_0000);
  t.diagnostic(`seed ${seed}`);
  await inCrashFolder(t, async (folder) => {
    const run = await CrashRun.begin({
      seed,
      rounds: KILLS,
      longestLifeMs: LONGEST_LIFE_MS,
      folder,
      disk: plainFolder(join(folder, 'data')),
    });
    const { violations, counts } = await run.run();
    t.diagnostic(JSON.stringify(counts));
    assert.deepEqual(violations, []);
  });
});

test(`${STOPS} times SIGTERM under load: it ends with 0, and nothing is lost, seen too early, or used twice`, async (t) => {
  const seed = randomInt(0x1_0000_0000);
  t.diagnostic(`seed ${seed}`);
  await inCrashFolder(t, async (folder) => {
    const ends: (number | null)[] = [];
    const disk = stoppedFolder(join(folder, 'data'), ends);
    const run = await CrashRun.begin({ seed, rounds: STOPS, longestLifeMs: LONGEST_LIFE_MS, folder, disk });
    const { violations, counts } = await run.run();
    t.diagnostic(JSON.stringify(counts));
    assert.deepEqual(violations, []);
    assert.deepEqual(ends, Array(STOPS + 1).fill(0));
  });
});

test(`${POWER_CUTS} power cuts under load: nothing is lost, seen too early, or used twice`, powerCut, async (t) => {
  const seed = randomInt(0x1_0000_0000);
  t.diagnostic(`seed ${seed}`);
  await onLoopDisk(t, async (folder, disk) => {
    const run = await CrashRun.begin({ seed, rounds: POWER_CUTS, longestLifeMs: LONGEST_LIFE_MS, folder, disk });
    const { violations, counts } = await run.run();
    t.diagnostic(JSON.stringify(counts));
    assert.deepEqual(violations, []);
  });
});

test('with the sync taken out a power cut loses what was confirmed, and the checker says so', powerCut, async (t) => {
  let found: readonly Violation[] = [];
  for (let cut = 1; cut <= CUTS_WITHOUT_SYNC && found.length === 0; cut++) {
    const seed = randomInt(0x1_0000_0000);
    t.diagnostic(`cut ${cut}, seed ${seed}`);
    await onLoopDisk(t, async (folder, disk) => {
      const nodeArgs = ['--import', new URL('without-sync.js', import.meta.url).href];
      const run = await CrashRun.begin({ seed, rounds: 1, folder, disk, nodeArgs, syncedSetUp: true });
      const { violations } = await run.run();
      found = violations.filter(({ rule }) => rule === 'lost');
    });
  }
  t.diagnostic(`${found.length} promises broken, such as: ${found[0]?.where} ${found[0]?.detail}`);
  assert.ok(found.length > 0, 'a broker that never syncs got through');
});

async function onLoopDisk(
  t: Parameters<typeof inCrashFolder>[0],
  body: (folder: string, disk: LoopDisk) => Promise<void>,
): Promise<void> {
  let disk: LoopDisk | undefined;
  try {
    await inCrashFolder(
      t,
      async (folder) => {
        disk = LoopDisk.create(join(folder, 'disk'), DISK_MIB);
        await body(folder, disk);
        disk.remove();
      },
      () => disk?.dataDir,
    );
  } finally {
    disk?.remove();
  }
}
