import assert from 'node:assert/strict';
import { RUN_RETAINED, RUN_REWRITE, RUN_VOLATILE, type Shard, StorageError } from '../../core/index.js';
import { buildFlush, type FlushSpec, type RunSpec } from '../flush-builder.js';
import { BreakableFileSystem } from './breakable-file-system.js';
import { CrashModel, type ExpectedRun } from './crash-model.js';
import type { FileSystem } from './file-system.js';
import { SegmentLogEngine } from './segment-log-engine.js';
import type { SegmentLogShard } from './segment-log-shard.js';

const KIB = 1024;
const QUEUE_LOGS = [1, 2, 3];
const TOPIC_LOGS = [11, 12];
const OWNERS = 5;
const STEPS = 40;

export interface CrashHistoryOptions {
  readonly seed: number;
  /** How owners end: the power goes (the default), or the process is killed and the kernel keeps what it was given. */
  readonly end?: 'power cut' | 'kill';
  /** What the engine sees of the disk; by default the disk itself. */
  readonly through?: (fileSystem: FileSystem) => FileSystem;
}

/**
 * A random history of flushes, trims and metadata, in which the process ends again and again, at any call that changes
 * something on the disk. After each cut a new owner must find exactly the flushes up to some number: none missing that
 * was promised to be stable, none half there, none that was never handed over. Throws where it does not.
 */
export async function runCrashHistory(options: CrashHistoryOptions): Promise<void> {
  const history = new CrashHistory(options);
  for (let owner = 1; owner <= OWNERS; owner++) await history.live();
}

class CrashHistory {
  readonly #random: () => number;
  readonly #disk = new BreakableFileSystem();
  readonly #through: (fileSystem: FileSystem) => FileSystem;
  readonly #end: 'power cut' | 'kill';
  readonly #model = new CrashModel();
  /** The next sequence of each log. */
  readonly #next = new Map<number, number>();
  /** The flush under way: it may be there after a cut, although it was never settled. */
  #handedOver: FlushSpec | undefined;
  #texts = 0;

  constructor({ seed, through = (fileSystem) => fileSystem, end = 'power cut' }: CrashHistoryOptions) {
    this.#end = end;
    this.#random = seeded(seed);
    this.#through = through;
  }

  /** One owner: from taking over to the end of its power, or now and then to a clean stop. */
  async live(): Promise<void> {
    const engine = new SegmentLogEngine({
      directory: '/data',
      fileSystem: this.#through(this.#disk.mount()),
      hold: async () => async () => undefined,
      segmentBytes: 24 * KIB,
      firstSegmentBytes: 8 * KIB,
      topicSegmentBytes: 16 * KIB,
      cacheBytes: 0,
    });
    this.#armPowerCut();
    let clean = false;
    try {
      await engine.open();
      const shard = (await engine.openShard(0, (await engine.shardEpoch(0)) + 1)) as SegmentLogShard;
      await this.#takeOver(shard);
      for (let step = 0; step < STEPS; step++) await this.#step(shard);
      await this.#check(shard);
      clean = this.#random() < 0.3;
      if (clean) await shard.close();
      else this.#endProcess();
    } catch (error) {
      if (!isPowerCut(error)) throw error;
      clean = false;
    }
    this.#disk.breakWith(() => undefined);
    await engine.close().catch(() => undefined);
  }

  #armPowerCut(): void {
    let left = 3 + Math.floor(this.#random() * 400);
    this.#disk.breakWith(() => {
      left--;
      if (left === 0) this.#endProcess();
      return undefined;
    });
  }

  #endProcess(): void {
    if (this.#end === 'power cut') this.#disk.cutPower(this.#random);
    else this.#disk.killProcess();
  }

  /** Checks what the new owner finds, and brings the model to the same point. */
  async #takeOver(shard: SegmentLogShard): Promise<void> {
    const model = this.#model;
    if (this.#handedOver !== undefined) model.flushes.push(this.#handedOver);
    this.#handedOver = undefined;
    const seen: { flush: number; runs: ExpectedRun[] }[] = [];
    // The journal may be replayed from where a checkpoint that is there says; first the report tells which are there.
    const { lastFlush, quarantined } = await shard.replay(Infinity, { flushBegin() {}, run() {}, flushEnd() {} });
    assert.deepEqual(quarantined, [], 'a power cut alone damages nothing');
    assert.ok(lastFlush >= model.stable, `flush ${lastFlush} is the last, but ${model.stable} was stable`);
    assert.ok(lastFlush <= model.lastFlush, `flush ${lastFlush} was never handed over`);
    model.cutBack(lastFlush);
    await shard.replay(model.journalFrom, {
      flushBegin: (flush) => seen.push({ flush, runs: [] }),
      run(log, firstSeq, _count, _flags, buffer, start, end) {
        const text = Buffer.from(buffer.subarray(start, end)).toString();
        seen.at(-1)?.runs.push({ log, firstSeq, text });
      },
      flushEnd: (flush) => assert.equal(seen.at(-1)?.flush, flush),
    });
    this.#checkReplay(seen);
    await this.#check(shard);
    for (const { log, upTo } of model.forgotten) shard.trim(log, upTo);
    for (const { below } of model.journalTrims) shard.trimJournal(below);
    for (const [log, records] of model.records()) this.#next.set(log, Math.max(...records.keys()) + 1);
  }

  /** A replay shows every flush; of its runs those may be missing that were trimmed. */
  #checkReplay(seen: readonly { flush: number; runs: ExpectedRun[] }[]): void {
    const expected = this.#model.replayed(this.#model.journalFrom);
    assert.deepEqual(
      seen.map((one) => one.flush),
      expected.map((one) => one.flush),
    );
    for (const [i, { runs }] of expected.entries()) {
      const shown = seen[i].runs.map((run) => JSON.stringify(run));
      const must = runs.filter((run) => run.firstSeq >= this.#model.forgottenBelow(run.log));
      for (const run of must)
        assert.ok(shown.includes(JSON.stringify(run)), `flush ${seen[i].flush} lost a run of log ${run.log}`);
      const may = runs.map((run) => JSON.stringify(run));
      assert.deepEqual(
        shown.filter((run) => !may.includes(run)),
        [],
      );
    }
  }

  async #step(shard: SegmentLogShard): Promise<void> {
    const dice = this.#random();
    if (dice < 0.7) await this.#flush(shard);
    else if (dice < 0.85) this.#trim(shard);
    else if (dice < 0.92) this.#trimJournal(shard);
    else if (dice < 0.95) await this.#sync(shard);
    else if (dice < 0.98) await shard.settled();
    else await this.#check(shard);
  }

  async #flush(shard: Shard): Promise<void> {
    const number = this.#model.lastFlush + 1;
    const outside = this.#maybe(0.2) ? [this.#topicRun(2000 + this.#below(4000))] : [];
    const spec: FlushSpec = {
      number,
      runs: this.#runs(),
      outside: outside.map((run) => ({ count: 1, flags: 0, maxTimestampMs: 0, firstSeq: 0, ...run })),
      metadata: this.#metadata(),
      sync: this.#maybe(0.5),
    };
    this.#handedOver = spec;
    await shard.flush(buildFlush(shard.layout, spec));
    this.#handedOver = undefined;
    this.#model.flushes.push(spec);
    if (spec.sync === true || this.#end === 'kill') this.#model.stable = number;
  }

  #runs(): RunSpec[] {
    const runs: RunSpec[] = [{ log: 0, payload: this.#text(20) }];
    for (let i = this.#below(4); i > 0; i--) {
      if (this.#maybe(0.3)) runs.push(this.#topicRun(this.#below(900)));
      else if (this.#maybe(0.1) && !runs.some((run) => run.flags === RUN_REWRITE)) runs.push(this.#rewrite());
      else runs.push(this.#append(this.#pick(QUEUE_LOGS), this.#maybe(0.15) ? RUN_VOLATILE : 0, this.#below(1200)));
    }
    return runs;
  }

  #topicRun(sizeBytes: number): RunSpec {
    return this.#append(this.#pick(TOPIC_LOGS), RUN_RETAINED, sizeBytes);
  }

  #append(log: number, flags: number, sizeBytes: number): RunSpec {
    const firstSeq = this.#next.get(log) ?? 0;
    const count = 1 + this.#below(4);
    this.#next.set(log, firstSeq + count);
    return { log, firstSeq, count, flags, payload: this.#text(sizeBytes) };
  }

  #rewrite(): RunSpec {
    const log = this.#pick(QUEUE_LOGS);
    const end = this.#next.get(log) ?? 0;
    if (end === 0) return this.#append(log, 0, 100);
    const firstSeq = this.#below(end);
    const count = 1 + this.#below(end - firstSeq);
    return { log, firstSeq, count, flags: RUN_REWRITE, payload: this.#text(this.#below(300)) };
  }

  #metadata() {
    if (this.#maybe(0.5)) return [];
    const key = `key/${this.#below(8)}`;
    if (this.#maybe(0.3)) return [{ key, value: undefined }];
    return [{ key, value: this.#text(this.#maybe(0.2) ? 5000 : 50) }];
  }

  #trim(shard: Shard): void {
    const log = this.#pick([...QUEUE_LOGS, ...TOPIC_LOGS]);
    const upTo = Math.max(0, (this.#next.get(log) ?? 0) - this.#below(12));
    this.#model.forgotten.push({ flush: this.#model.lastFlush, log, upTo });
    shard.trim(log, upTo);
  }

  #trimJournal(shard: Shard): void {
    const below = Math.max(1, this.#model.lastFlush - this.#below(5));
    this.#model.journalTrims.push({ flush: this.#model.lastFlush, below });
    shard.trimJournal(below);
  }

  async #sync(shard: Shard): Promise<void> {
    await shard.sync();
    this.#model.stable = this.#model.lastFlush;
  }

  /** Reads everything back and compares it with the model. What was forgotten may be there or not. */
  async #check(shard: Shard): Promise<void> {
    const model = this.#model;
    const records = model.records();
    for (const log of shard.logs()) assert.ok(records.has(log), `log ${log} was never written`);
    for (const [log, expected] of records) {
      const found = await readAll(shard, log);
      const below = model.forgottenBelow(log);
      for (const [seq, text] of found) {
        // Of what was forgotten the newest copy may be gone already, and an older one not yet.
        if (seq >= below) assert.equal(text, expected.get(seq), `log ${log}, sequence ${seq}`);
        else assert.ok(expected.has(seq), `log ${log}, sequence ${seq} was never written`);
      }
      for (const seq of expected.keys()) if (seq >= below) assert.ok(found.has(seq), `log ${log} lost sequence ${seq}`);
    }
    const metadata = [...shard.metadata('')].map(([key, value]): [string, string] => [
      key,
      Buffer.from(value).toString(),
    ]);
    assert.deepEqual(new Map(metadata), model.metadata());
  }

  #text(sizeBytes: number): Uint8Array {
    const text = Buffer.alloc(sizeBytes, '.');
    text.write(String(this.#texts++));
    return text;
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #maybe(chance: number): boolean {
    return this.#random() < chance;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)];
  }
}

async function readAll(shard: Shard, log: number): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  let next = 0;
  for (;;) {
    const chunks = await shard.read(log, next, 2000);
    if (chunks.length === 0) return found;
    for (const chunk of chunks) {
      const text = Buffer.from(chunk.buffer.subarray(chunk.start, chunk.end)).toString();
      for (let seq = chunk.currentFirst; seq <= chunk.currentLast; seq++) found.set(seq, text);
      next = chunk.currentLast + 1;
    }
  }
}

function isPowerCut(error: unknown): boolean {
  const { code, cause } = error as NodeJS.ErrnoException & { cause?: unknown };
  if (code === 'EPROCESSENDED') return true;
  return error instanceof StorageError && cause !== undefined && isPowerCut(cause);
}

/** A small generator of random numbers in [0, 1), the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
