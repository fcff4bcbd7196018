// Everything that must hold before a change lands: it compiles, keeps the house rules, and passes its tests.
//   npm test              all of it
//   npm test -- --quick   only what needs no whole broker: the unit tests
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const quick = process.argv.includes('--quick');

/** A test that hangs is ended after this long, so that the run can say which one it was. */
const HANG_MS = 300_000;

function passes(name, command, args) {
  console.log(`\n> ${name}`);
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error) throw result.error;
  return result.status === 0;
}

const tool = (name) => join(root, 'node_modules', '.bin', name);

/** The compiled tests in a folder; those under ci/ are run by .ci/run, since they install the package. */
function testsIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith('.test.js') && !file.startsWith('ci/'))
    .map((file) => join(folder, file))
    .sort();
}

await prepare(quick ? 'tsconfig.unit.json' : 'tsconfig.json');
const checks = quick
  ? []
  : [
      passes('format', tool('biome'), ['format', '.']),
      passes('lint', tool('oxlint'), ['--type-aware', '--deny-warnings']),
      passes('unused', tool('knip'), []),
    ];
const tests = [...testsIn('dist'), ...(quick ? [] : testsIn('build/test'))];
// As many files at a time as there are cores; the runner's own default leaves one idle.
const runner = ['--test', `--test-concurrency=${availableParallelism()}`, `--test-timeout=${HANG_MS}`];
// The runner's summary comes last, so that it closes the output.
checks.push(passes('test', process.execPath, [...runner, ...tests]));
process.exit(checks.every(Boolean) ? 0 : 1);
