import { readFileSync } from 'node:fs';

/** A file of /proc, or undefined where there is none: another system, or a process that has ended. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
