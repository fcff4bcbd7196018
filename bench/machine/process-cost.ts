import { readFileSync } from 'node:fs';

/** What one process has used so far, as Linux counts it. All figures are 0 where /proc does not exist. */
export interface ProcessCost {
  /** User and system time of all its threads, in milliseconds; the kernel counts in steps of 10 ms. */
  readonly cpuMs: number;
  /** Bytes that it caused to be sent to the block device, which is not what it wrote into the page cache. */
  readonly diskWriteBytes: number;
}

/** Ticks per second in /proc: fixed at 100 for every architecture that Node runs on. */
const tickMs = 10;

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Reads what process `pid` has used up to now. */
export function processCost(pid: number): ProcessCost {
  const stat = readProc(`/proc/${pid}/stat`);
  const io = readProc(`/proc/${pid}/io`);
  // The second field is the command in parentheses and may hold blanks, so fields are counted from its end.
  const fields = stat === undefined ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.length > 12 ? Number(fields[11]) + Number(fields[12]) : 0;
  return { cpuMs: ticks * tickMs, diskWriteBytes: Number(/^write_bytes: (\d+)/m.exec(io ?? '')?.[1] ?? 0) };
}

/** Resident memory of process `pid` in bytes, 0 where /proc does not tell. */
export function residentBytes(pid: number): number {
  const status = readProc(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status ?? '')?.[1] ?? 0) * 1024;
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
