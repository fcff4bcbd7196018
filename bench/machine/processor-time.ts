import { readProc } from './read-proc.js';

/** Ticks per second in /proc: fixed at 100 for every architecture that Node runs on. */
const tickMs = 10;

/**
 * User and system time of all threads of process `pid` so far, in milliseconds, 0 where /proc does not tell. The kernel
 * counts in steps of 10 ms.
 */
export function processCpuMs(pid: number): number {
  const stat = readProc(`/proc/${pid}/stat`);
  // The second field is the command in parentheses and may hold blanks, so fields are counted from its end.
  const fields = stat === undefined ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.length > 12 ? (Number(fields[11]) + Number(fields[12])) * tickMs : 0;
}

/** Milliseconds of processor time that the whole machine has spent on anything, summed over its cores. */
export function machineBusyMs(): number {
  const line = readProc('/proc/stat')?.split('\n', 1)[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * tickMs;
}
