import { type Flush, JOURNAL_LOG, type OutsideRun, RUN_VOLATILE } from '../../core/index.js';
import { MetadataMap } from '../metadata-map.js';
import { MemoryLog, type MemoryRun } from './memory-log.js';

/** A committed flush, kept until its journal entries are trimmed. */
interface CommittedFlush {
  readonly number: number;
  readonly runs: readonly (MemoryRun & { readonly log: number })[];
}

/** What one shard holds; it outlives the owners that come and go. */
export class MemoryStore {
  readonly logs = new Map<number, MemoryLog>();
  readonly metadata = new MetadataMap<Uint8Array>();
  history: CommittedFlush[] = [];
  epoch = 0;
  lastFlush = 0;
  /** Whether the last owner closed; true while there was none. */
  cleanStop = true;
  /** Payload bytes of what a read or a replay can still ask for. */
  usedBytes = 0;

  /** Takes in a whole flush; copies every payload, because the arena goes back to the caller. */
  commit(flush: Flush): void {
    const committed: (MemoryRun & { log: number })[] = [];
    const { runs } = flush;
    for (let i = 0; i < flush.runCount; i++) {
      committed.push({
        log: runs.log[i],
        firstSeq: runs.firstSeq[i],
        count: runs.count[i],
        flags: runs.flags[i],
        maxTimestampMs: runs.maxTimestampMs[i],
        flush: flush.number,
        payload: flush.arena.slice(runs.start[i], runs.end[i]),
      });
    }
    for (const run of flush.outside) committed.push(outsideRun(run, flush.number));
    for (const run of committed) {
      if (run.log === JOURNAL_LOG) this.usedBytes += run.payload.length;
      else this.#change(run.log, (log) => log.add(run));
    }
    for (const { key, value } of flush.metadata) {
      if (value === undefined) this.metadata.delete(key);
      else this.metadata.set(key, value.slice());
    }
    this.history.push({ number: flush.number, runs: committed.filter((run) => (run.flags & RUN_VOLATILE) === 0) });
    this.lastFlush = flush.number;
  }

  trim(log: number, upTo: number): void {
    if (this.logs.has(log)) this.#change(log, (known) => known.trim(upTo));
  }

  drop(log: number): void {
    this.usedBytes -= this.logs.get(log)?.sizeBytes ?? 0;
    this.logs.delete(log);
  }

  trimJournal(flush: number): void {
    let dead = 0;
    while (dead < this.history.length && this.history[dead].number < flush) dead++;
    for (const { runs } of this.history.splice(0, dead)) {
      for (const run of runs) if (run.log === JOURNAL_LOG) this.usedBytes -= run.payload.length;
    }
  }

  /** What an owner spilled ends with it. */
  removeVolatile(): void {
    for (const id of this.logs.keys()) this.#change(id, (log) => log.removeFlagged(RUN_VOLATILE));
  }

  /** Changes one log and keeps the books: its bytes, and that a log without runs is no log. */
  #change(id: number, change: (log: MemoryLog) => void): void {
    const log = this.logs.get(id) ?? new MemoryLog();
    const before = log.sizeBytes;
    change(log);
    this.usedBytes += log.sizeBytes - before;
    if (log.isEmpty) this.logs.delete(id);
    else this.logs.set(id, log);
  }
}

function outsideRun(run: OutsideRun, flush: number): MemoryRun & { log: number } {
  return {
    log: run.log,
    firstSeq: run.firstSeq,
    count: run.count,
    flags: run.flags,
    maxTimestampMs: run.maxTimestampMs,
    flush,
    payload: run.payload.slice(),
  };
}
