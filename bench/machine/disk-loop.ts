import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicMicros } from './clock.js';
import { percentile } from '../report/statistics.js';

/** What the plain loop reached. */
export interface DiskLoop {
  readonly batchBytes: number;
  readonly syncsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface DiskLoopOptions {
  /** A folder on the disk that is to be measured. */
  readonly folder: string;
  readonly batchBytes: number;
  readonly durationMs: number;
  /**
   * `append` makes the file grow with each write, so that each sync also commits its new length; `in-place` writes over
   * a file that was laid out beforehand.
   */
  readonly mode: 'append' | 'in-place';
}

/** The in-place file: large enough that a loop of some seconds seldom wraps around. */
const laidOutBytes = 64 * 1024 * 1024;

/**
 * Writes a batch, waits for fdatasync, and again: what this disk gives to a single writer that syncs each write. It is
 * quoted beside every synced figure because the disk of a virtual machine varies from minute to minute. Blocks the
 * calling thread.
 */
export function runDiskLoop(options: DiskLoopOptions): DiskLoop {
  const { folder, batchBytes, durationMs, mode } = options;
  const path = join(folder, `disk-loop-${process.pid}`);
  const batch = Buffer.alloc(batchBytes, 'x');
  const file = openSync(path, 'w');
  const laidOut = Math.floor(laidOutBytes / batchBytes) * batchBytes;
  try {
    if (mode === 'in-place') {
      for (let at = 0; at < laidOut; at += batchBytes) writeSync(file, batch, 0, batchBytes, at);
    }
    fdatasyncSync(file);
    const waitsMs: number[] = [];
    const startedAt = monotonicMicros();
    let now = startedAt;
    let position = 0;
    while (now - startedAt < durationMs * 1e3) {
      writeSync(file, batch, 0, batchBytes, position);
      fdatasyncSync(file);
      const doneAt = monotonicMicros();
      waitsMs.push((doneAt - now) / 1e3);
      now = doneAt;
      position += batchBytes;
      if (mode === 'in-place' && position >= laidOut) position = 0;
    }
    const seconds = (now - startedAt) / 1e6;
    return {
      batchBytes,
      syncsPerSecond: waitsMs.length / seconds,
      bytesPerSecond: (waitsMs.length * batchBytes) / seconds,
      p50Ms: percentile(waitsMs, 50),
      p99Ms: percentile(waitsMs, 99),
    };
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}
