// Brings a checkout to the point where it can run: dependencies as the lock file names them, and a current build.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Installs what package-lock.json names, unless that very lock file was installed before. */
function install() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  const stamp = join(root, 'node_modules', '.rosettamq-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts']);
  writeFileSync(stamp, lock);
}

/** @param {string} project the tsconfig that names what to build */
export function prepare(project) {
  if (!existsSync(join(root, 'tsconfig.json'))) return;
  install();
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', project]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) prepare('tsconfig.product.json');
