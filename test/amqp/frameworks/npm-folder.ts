import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with packages installed, or why it cannot be had. */
export type NpmFolder = { readonly path: string } | { readonly unavailable: string };

/** Installs the packages in the system's temporary folder, or finds them there. */
export function npmFolder(name: string, dependencies: Readonly<Record<string, string>>): NpmFolder {
  const versions = Object.values(dependencies).join('-');
  const path = join(tmpdir(), `rosettamq-${name}-${versions}`);
  if (existsSync(path)) return { path };
  const making = `${path}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  writeFileSync(join(making, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status, stderr, error } = spawnSync('npm', ['install', ...quietly], { cwd: making, encoding: 'utf8' });
  if (status === 0) {
    renameSync(making, path);
    return { path };
  }
  rmSync(making, { recursive: true, force: true });
  const [reason = 'it failed'] = (error?.message ?? stderr).trim().split('\n');
  return { unavailable: `its packages cannot be installed here: ${reason}` };
}
