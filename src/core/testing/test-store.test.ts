import {
  type Extent,
  type Flush,
  JOURNAL_LOG,
  type LogChunk,
  type MetadataChange,
  type ReplayReport,
  type ReplayVisitor,
  RUN_VOLATILE,
} from '../ports.js';

export interface StoredRun {
  readonly log: number;
  readonly firstSeq: number;
  readonly count: number;
  readonly flags: number;
  readonly maxTimestampMs: number;
  readonly payload: Uint8Array;
}

export interface StoredFlush {
  readonly number: number;
  readonly sync: boolean;
  readonly runs: readonly StoredRun[];
  readonly metadata: readonly MetadataChange[];
}

/** The part of a run that no later run replaced; `last` inclusive. */
interface Piece {
  readonly first: number;
  readonly last: number;
  readonly flush: number;
  readonly run: StoredRun;
}

/** A log forgotten below `upTo`, once `afterFlush` was committed. */
interface Trim {
  readonly afterFlush: number;
  readonly log: number;
  readonly upTo: number;
}

/** A shard in memory that remembers every flush, so that it can be had back as it was after any of them. */
export class TestStore {
  readonly flushes: StoredFlush[] = [];
  cleanStop = true;
  readonly #trims: Trim[] = [];
  readonly #logs = new Map<number, Piece[]>();
  readonly #metadata = new Map<string, Uint8Array>();
  #journalStart = 0;

  get lastFlush(): number {
    return this.flushes.at(-1)?.number ?? 0;
  }

  /** Takes in a copy of the flush. */
  commit(flush: Flush): void {
    const { runs, arena } = flush;
    const stored: StoredRun[] = [];
    for (let i = 0; i < flush.runCount; i++) {
      stored.push({
        log: runs.log[i],
        firstSeq: runs.firstSeq[i],
        count: runs.count[i],
        flags: runs.flags[i],
        maxTimestampMs: runs.maxTimestampMs[i],
        payload: arena.slice(runs.start[i], runs.end[i]),
      });
    }
    for (const run of flush.outside) stored.push({ ...run, payload: run.payload.slice() });
    if (flush.number !== this.lastFlush + 1) throw new Error(`flush ${flush.number} after ${this.lastFlush}`);
    this.#add({ number: flush.number, sync: flush.sync, runs: stored, metadata: [...flush.metadata] });
  }

  #add(flush: StoredFlush): void {
    this.flushes.push(flush);
    for (const run of flush.runs) {
      if (run.log !== JOURNAL_LOG)
        this.#place({ first: run.firstSeq, last: run.firstSeq + run.count - 1, flush: flush.number, run });
    }
    for (const { key, value } of flush.metadata) {
      if (value === undefined) this.#metadata.delete(key);
      else this.#metadata.set(key, value.slice());
    }
  }

  #place(piece: Piece): void {
    const placed: Piece[] = [piece];
    for (const old of this.#logs.get(piece.run.log) ?? []) {
      if (old.first < piece.first) placed.push({ ...old, last: Math.min(old.last, piece.first - 1) });
      if (old.last > piece.last) placed.push({ ...old, first: Math.max(old.first, piece.last + 1) });
    }
    placed.sort((a, b) => a.first - b.first);
    this.#logs.set(piece.run.log, placed);
  }

  trim(log: number, upTo: number): void {
    this.#trims.push({ afterFlush: this.lastFlush, log, upTo });
    this.#forget(log, upTo);
  }

  drop(log: number): void {
    this.trim(log, Number.POSITIVE_INFINITY);
  }

  trimJournal(flush: number): void {
    this.#journalStart = flush;
  }

  #forget(log: number, upTo: number): void {
    const left = (this.#logs.get(log) ?? []).filter((piece) => piece.last >= upTo);
    if (left.length > 0) this.#logs.set(log, left);
    else this.#logs.delete(log);
  }

  read(log: number, from: number, maxBytes: number): LogChunk[] {
    const chunks: LogChunk[] = [];
    let room = maxBytes;
    for (const { first, last, run } of this.#logs.get(log) ?? []) {
      if (last < from) continue;
      room -= run.payload.length;
      if (room < 0 && chunks.length > 0) break;
      const { firstSeq, count, flags, payload } = run;
      chunks.push({
        firstSeq,
        count,
        currentFirst: first,
        currentLast: last,
        flags,
        buffer: payload,
        start: 0,
        end: payload.length,
      });
    }
    return chunks;
  }

  extents(log: number): Extent[] {
    return (this.#logs.get(log) ?? []).map(({ first, last, flush, run }) => ({
      firstSeq: first,
      lastSeq: last,
      sizeBytes: run.payload.length,
      maxTimestampMs: run.maxTimestampMs,
      flush,
    }));
  }

  /** Payload bytes of everything that a read can still ask for. */
  get usedBytes(): number {
    const runs = new Set([...this.#logs.values()].flat().map((piece) => piece.run));
    return [...runs].reduce((sum, run) => sum + run.payload.length, 0);
  }

  logs(): number[] {
    return [...this.#logs.keys()];
  }

  metadata(): [string, Uint8Array][] {
    return [...this.#metadata].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  replay(from: number, visitor: ReplayVisitor): ReplayReport {
    if (from < this.#journalStart) throw new Error(`the journal is gone below flush ${this.#journalStart}`);
    for (const { number, runs } of this.flushes) {
      if (number < from) continue;
      visitor.flushBegin(number);
      for (const { log, firstSeq, count, flags, payload } of runs) {
        if (log === JOURNAL_LOG || (flags & RUN_VOLATILE) === 0) {
          visitor.run(log, firstSeq, count, flags, payload, 0, payload.length);
        }
      }
      visitor.flushEnd(number);
    }
    return { lastFlush: this.lastFlush, cleanStop: this.cleanStop, tornBytes: 0, quarantined: [] };
  }

  /** What a new owner finds when the old one ended after flush `number`: volatile runs are gone, trims took place. */
  reopened(number = this.lastFlush, cleanStop = false): TestStore {
    const store = new TestStore();
    store.cleanStop = cleanStop;
    for (const flush of this.flushes) {
      if (flush.number > number) break;
      store.#add({ ...flush, runs: flush.runs.filter((run) => (run.flags & RUN_VOLATILE) === 0) });
    }
    for (const trim of this.#trims) {
      if (trim.afterFlush > number) continue;
      store.#trims.push(trim);
      store.#forget(trim.log, trim.upTo);
    }
    return store;
  }
}
