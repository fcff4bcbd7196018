import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepCopy } from './crash-folder.js';
import { CrashRun } from './crash-run.js';
import { LoopDisk } from './disks/loop-disk.js';
import { plainFolder } from './disks/plain-folder.js';

const SHOWN = 40;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    'power-cut': { type: 'boolean', default: false },
    storage: { type: 'string', default: 'segment-log' },
    'disk-mib': { type: 'string', default: '1024' },
  },
});
const rounds = Number(values.rounds);
const seed = values.seed === undefined ? randomInt(0x1_0000_0000) : Number(values.seed);
const folder = mkdtempSync(join(tmpdir(), 'rosettamq-crash-'));
const powerCut = values['power-cut'];
const disk = powerCut ? LoopDisk.create(join(folder, 'disk'), Number(values['disk-mib'])) : undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
if (disk !== undefined) process.once('exit', () => disk.remove());

console.log(`${rounds} rounds of ${powerCut ? 'power cuts' : 'kill -9'}, seed ${seed}, in ${folder}`);
let passed = false;
try {
  passed = await crash();
} catch (error) {
  console.log(`the run could not be finished: ${(error as Error).stack}`);
} finally {
  if (!passed) keepCopy(disk?.dataDir, folder);
  disk?.remove();
}
if (passed) rmSync(folder, { recursive: true });
else console.log(`failed with seed ${seed}; data, logs and history are kept in ${folder}`);
process.exit(passed ? 0 : 1);

async function crash(): Promise<boolean> {
  const run = await CrashRun.begin({
    seed,
    rounds,
    folder,
    storage: values.storage,
    disk: disk ?? plainFolder(join(folder, 'data')),
    progress: (line) => console.log(line),
  });
  process.once('exit', () => run.abandon());
  const { violations, counts } = await run.run();
  console.log(JSON.stringify(counts));
  for (const { rule, where, detail } of violations.slice(0, SHOWN)) console.log(`${rule} [${where}] ${detail}`);
  if (violations.length === 0) console.log('nothing lost, nothing seen that was not stable, nothing used twice');
  else console.log(`${violations.length} promises broken`);
  return violations.length === 0;
}
