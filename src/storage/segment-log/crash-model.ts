import { JOURNAL_LOG, RUN_VOLATILE } from '../../core/index.js';
import type { FlushSpec } from '../flush-builder.js';

/** Forgetting that was asked for when `flush` was the last one handed over and settled. */
export interface Forgetting {
  readonly flush: number;
  readonly log: number;
  readonly upTo: number;
}

/** One run as a replay shows it. */
export interface ExpectedRun {
  readonly log: number;
  readonly firstSeq: number;
  readonly text: string;
}

/**
 * What a shard should hold, kept in the simplest way: the list of flushes. Every question is answered by going through
 * them again from the first.
 */
export class CrashModel {
  flushes: FlushSpec[] = [];
  forgotten: Forgetting[] = [];
  journalTrims: { readonly flush: number; readonly below: number }[] = [];
  /** Flushes up to this number were promised to be stable. */
  stable = 0;
  /** The owner that is alive began with this flush; what earlier owners spilled is gone. */
  ownerBegan = 0;

  get lastFlush(): number {
    return this.flushes.length;
  }

  /** A power cut left the flushes up to `last`: what came later did not happen. */
  cutBack(last: number): void {
    this.flushes = this.flushes.slice(0, last);
    this.forgotten = this.forgotten.filter((one) => one.flush <= last);
    this.journalTrims = this.journalTrims.filter((one) => one.flush <= last);
    this.stable = last;
    this.ownerBegan = last;
  }

  /** Where a replay may begin. */
  get journalFrom(): number {
    return this.journalTrims.reduce((from, one) => Math.max(from, one.below), 1);
  }

  forgottenBelow(log: number): number {
    return this.forgotten.reduce((upTo, one) => (one.log === log ? Math.max(upTo, one.upTo) : upTo), 0);
  }

  /** Per log, the text of the run that is current for each sequence. */
  records(): Map<number, Map<number, string>> {
    const logs = new Map<number, Map<number, string>>();
    for (const flush of this.flushes) {
      for (const run of runsOf(flush)) {
        if (run.log === JOURNAL_LOG || (run.flags & RUN_VOLATILE && flush.number <= this.ownerBegan)) continue;
        let records = logs.get(run.log);
        if (records === undefined) logs.set(run.log, (records = new Map()));
        for (let i = 0; i < run.count; i++) records.set(run.firstSeq + i, run.text);
      }
    }
    return logs;
  }

  metadata(): Map<string, string> {
    const values = new Map<string, string>();
    for (const { metadata = [] } of this.flushes) {
      for (const { key, value } of metadata) {
        if (value === undefined) values.delete(key);
        else values.set(key, Buffer.from(value).toString());
      }
    }
    return values;
  }

  /** What a replay from there shows, flush by flush. */
  replayed(from: number): { readonly flush: number; readonly runs: ExpectedRun[] }[] {
    return this.flushes.slice(from - 1).map((flush) => ({
      flush: flush.number,
      runs: runsOf(flush)
        .filter((run) => (run.flags & RUN_VOLATILE) === 0)
        .map(({ log, firstSeq, text }) => ({ log, firstSeq, text })),
    }));
  }
}

function runsOf(flush: FlushSpec) {
  return [...(flush.runs ?? []), ...(flush.outside ?? [])].map((run) => ({
    log: run.log,
    firstSeq: run.firstSeq ?? 0,
    count: run.count ?? 1,
    flags: run.flags ?? 0,
    text: Buffer.from(run.payload).toString(),
  }));
}
