// Brings a checkout to the point where it can run: dependencies as the lock file names them, and a current build.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the compiler puts what it makes of which sources. */
const OUTPUTS = { dist: 'src', 'build/test': 'test', 'build/bench': 'bench' };

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function packagesIn(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/**
 * Does node_modules hold what package-lock.json names? npm keeps its own record of what it installed; packages for
 * other platforms are optional and may be absent from it.
 */
function installed() {
  const record = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (record === undefined) return false;
  for (const [place, wanted] of Object.entries(packagesIn(join(root, 'package-lock.json')))) {
    if (place === '') continue;
    const found = record[place];
    if (found === undefined ? !wanted.optional : found.version !== wanted.version) return false;
  }
  return true;
}

function install() {
  const modules = join(root, 'node_modules');
  // A linked node_modules belongs to another checkout: reinstalling through the link would pull it away from there.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  if (installed()) return;
  // Not `npm ci`: it refuses a lock file that lacks an optional package of another platform, and npm leaves those out
  // where a registry mirror does not carry them. The versions are the lock file's either way.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts']);
}

/** Removes what was compiled from sources that are gone: the compiler leaves it, and tests and packages would take it. */
function sweep() {
  for (const [output, sources] of Object.entries(OUTPUTS)) {
    if (!existsSync(join(root, output))) continue;
    for (const entry of readdirSync(join(root, output), { recursive: true })) {
      const compiled = /^(.*)\.(js|js\.map|d\.ts)$/.exec(entry);
      if (compiled !== null && !existsSync(join(root, sources, `${compiled[1]}.ts`))) rmSync(join(root, output, entry));
    }
  }
}

/**
 * The product in few files: reading hundreds of modules would take half a second of every start. What comes from npm
 * stays outside.
 */
async function bundle() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: { main: join(root, 'dist/cli/main.js'), index: join(root, 'dist/server/index.js') },
    outdir: join(root, 'dist/bundle'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    minifyWhitespace: true,
    logLevel: 'warning',
  });
}

/** @param {string} project the tsconfig that names what to build */
export async function prepare(project) {
  // An installed package has no sources: its dist/ is all there is to run.
  if (!existsSync(join(root, 'tsconfig.json'))) return;
  install();
  sweep();
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', project]);
  await bundle();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepare(process.argv[2] ?? 'tsconfig.product.json');
