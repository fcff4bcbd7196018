// Runs the tests that a client's project has for it against our broker: npm run suite -- amqplib PATH/TO/CHECKOUT
// Such tests expect a broker on its default port, so where that can be had they run in a network of their own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

await prepare('tsconfig.json');
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'rosettamq-suite-'));

const isolation = ['unshare', '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', '--'];
const isolated = spawnSync(isolation[0], [...isolation.slice(1), 'true']).status === 0;

function step(name, prefix) {
  const [command, ...args] = [...prefix, process.execPath, 'build/test/suites/run-suite.js', name, folder];
  return spawnSync(command, [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }).status;
}

try {
  process.exitCode = step('prepare', []) || step('run', isolated ? isolation : []);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
