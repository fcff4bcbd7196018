import type { Flush, FlushLayout, MetadataChange, OutsideRun, RunTable } from '../core/index.js';

/** A run as one writes it down; unset fields are 0, and `count` is 1. */
export interface RunSpec {
  readonly log: number;
  readonly firstSeq?: number;
  readonly count?: number;
  readonly flags?: number;
  readonly maxTimestampMs?: number;
  readonly payload: Uint8Array;
}

export interface FlushSpec {
  readonly number: number;
  readonly runs?: readonly RunSpec[];
  readonly outside?: readonly OutsideRun[];
  readonly metadata?: readonly MetadataChange[];
  /** True by default. */
  readonly sync?: boolean;
}

/** Lays out a flush from plain values, in an arena of its own: for tests and measurements, where clarity beats reuse. */
export function buildFlush(layout: FlushLayout, spec: FlushSpec): Flush {
  const runs = spec.runs ?? [];
  const payloadBytes = runs.reduce((sum, run) => sum + run.payload.length, 0);
  const end = layout.flushHeaderBytes + runs.length * layout.runHeaderBytes + payloadBytes;
  const arena = new Uint8Array(end + layout.trailerBytes);
  const table = runTable(runs.length);
  let position = layout.flushHeaderBytes;
  for (const [i, run] of runs.entries()) {
    position += layout.runHeaderBytes;
    arena.set(run.payload, position);
    table.log[i] = run.log;
    table.firstSeq[i] = run.firstSeq ?? 0;
    table.count[i] = run.count ?? 1;
    table.flags[i] = run.flags ?? 0;
    table.maxTimestampMs[i] = run.maxTimestampMs ?? 0;
    table.start[i] = position;
    position += run.payload.length;
    table.end[i] = position;
  }
  return {
    number: spec.number,
    arena,
    end,
    runCount: runs.length,
    runs: table,
    outside: spec.outside ?? [],
    metadata: spec.metadata ?? [],
    sync: spec.sync ?? true,
  };
}

function runTable(capacity: number): RunTable {
  return {
    log: new Float64Array(capacity),
    firstSeq: new Float64Array(capacity),
    count: new Int32Array(capacity),
    start: new Int32Array(capacity),
    end: new Int32Array(capacity),
    flags: new Uint8Array(capacity),
    maxTimestampMs: new Float64Array(capacity),
  };
}
