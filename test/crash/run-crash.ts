import { randomInt } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Violation } from './checks/violation.js';
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
const disk = values['power-cut'] ? LoopDisk.create(join(folder, 'disk'), Number(values['disk-mib'])) : undefined;

console.log(`${rounds} rounds of ${disk === undefined ? 'kill -9' : 'power cuts'}, seed ${seed}, in ${folder}`);
let violations: readonly Violation[] | undefined;
try {
  const run = await CrashRun.begin({
    seed,
    rounds,
    folder,
    storage: values.storage,
    disk: disk ?? plainFolder(join(folder, 'data')),
    progress: (line) => console.log(line),
  });
  const report = await run.run();
  violations = report.violations;
  console.log(JSON.stringify(report.counts));
} finally {
  if (disk !== undefined) {
    if (violations === undefined || violations.length > 0) {
      cpSync(disk.dataDir, join(folder, 'data'), { recursive: true });
    }
    disk.remove();
  }
}
if (violations.length === 0) {
  console.log('nothing lost, nothing seen that was not stable, nothing used twice');
  rmSync(folder, { recursive: true });
} else {
  for (const { rule, where, detail } of violations.slice(0, SHOWN)) console.log(`${rule} [${where}] ${detail}`);
  console.log(`${violations.length} promises broken with seed ${seed}; data and history are kept in ${folder}`);
  process.exitCode = 1;
}
