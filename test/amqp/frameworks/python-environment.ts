import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with a Python and packages, or why it cannot be had. */
export type PythonEnvironment = { readonly bin: string } | { readonly unavailable: string };

/** Makes the environment in the system's temporary folder, or finds it there: packages take long to install. */
export function pythonEnvironment(name: string, packages: readonly string[]): PythonEnvironment {
  const folder = join(tmpdir(), `rosettamq-${name}-${packages.join('-').replaceAll(/[^\w.]+/g, '-')}`);
  if (existsSync(folder)) return { bin: join(folder, 'bin') };
  const making = `${folder}.${process.pid}`;
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', making]],
    [join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]],
  ];
  for (const [command, args] of steps) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    rmSync(making, { recursive: true, force: true });
    const [reason = 'it failed'] = (error?.message ?? stderr).trim().split('\n').slice(-1);
    return { unavailable: `${packages.join(', ')} cannot be installed here: ${reason}` };
  }
  renameSync(making, folder);
  // scripts name the interpreter by its path, which has changed; modules are run instead
  return { bin: join(folder, 'bin') };
}
