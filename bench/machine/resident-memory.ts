import { readProc } from './read-proc.js';

/** Resident memory of process `pid` in bytes, 0 where /proc does not tell. */
export function residentBytes(pid: number): number {
  const status = readProc(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status ?? '')?.[1] ?? 0) * 1024;
}
