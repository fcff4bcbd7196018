import { spawnSync } from 'node:child_process';

/** Runs to its end, whatever it ends with: suites with failing tests end with an error. What it says goes to stderr. */
export function runCommand(command: string, args: readonly string[], cwd: string): void {
  const { error } = spawnSync(command, args, { cwd, stdio: ['ignore', process.stderr, 'inherit'] });
  if (error !== undefined) throw error;
}
