import {
  type Flush,
  JOURNAL_LOG,
  type LogChunk,
  type OutsideRun,
  type ReplayReport,
  type Shard,
  type StorageEngine,
  StorageError,
} from '../../core/index.js';
import { buildFlush, type FlushSpec, type RunSpec } from '../flush-builder.js';

/** An engine at a place of its own, for one case. */
export interface EngineFixture {
  /** Opened. */
  readonly engine: StorageEngine;
  /**
   * An opened engine over the same place, as a new process would have it after the old one was killed or had ended:
   * nothing is closed on the way, and what the old engine did not sync may be lost.
   */
  reopen(): Promise<StorageEngine>;
  /** Another engine over the same place, not opened, while the first one is; undefined where a place has no lock. */
  rival(): StorageEngine | undefined;
  release(): Promise<void>;
}

export type FixtureOptions = {
  /** The place has room for about this many bytes. */
  readonly maxBytes?: number;
};

/** One run as a replay showed it. */
export interface ReplayedRun {
  readonly flush: number;
  readonly log: number;
  readonly firstSeq: number;
  readonly count: number;
  readonly flags: number;
  readonly text: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

export function textOf(chunk: LogChunk): string {
  return decoder.decode(chunk.buffer.subarray(chunk.start, chunk.end));
}

/** A run whose payload says what it is. */
export function run(log: number, firstSeq: number, count: number, text: string, flags = 0): RunSpec {
  return { log, firstSeq, count, flags, payload: bytes(text) };
}

export function journal(text: string): RunSpec {
  return { log: JOURNAL_LOG, count: 1, payload: bytes(text) };
}

/** A run handed over by reference, filled with a pattern that differs from place to place. */
export function outsideRun(log: number, firstSeq: number, count: number, sizeBytes: number, flags: number): OutsideRun {
  const payload = new Uint8Array(sizeBytes);
  for (let i = 0; i < sizeBytes; i++) payload[i] = (firstSeq + i + (i >>> 8)) & 0xff;
  return { log, firstSeq, count, flags, maxTimestampMs: 0, payload };
}

/** Opens shards one after the other, numbers the flushes, and sends one again while its outcome is unknown. */
export class ShardDriver {
  readonly #fixture: EngineFixture;
  #engine: StorageEngine;
  #shard: Shard | undefined;
  lastFlush = 0;

  constructor(fixture: EngineFixture) {
    this.#fixture = fixture;
    this.#engine = fixture.engine;
  }

  get fixture(): EngineFixture {
    return this.#fixture;
  }

  get engine(): StorageEngine {
    return this.#engine;
  }

  get shard(): Shard {
    if (this.#shard === undefined) throw new Error('no shard is open');
    return this.#shard;
  }

  /** Takes the shard over under the next epoch and replays it. */
  async open(from = 0): Promise<{ report: ReplayReport; runs: ReplayedRun[]; flushes: number[] }> {
    this.#shard = await this.openUnreplayed();
    return await this.replay(from);
  }

  async openUnreplayed(): Promise<Shard> {
    const epoch = await this.#engine.shardEpoch(0);
    this.#shard = await this.#engine.openShard(0, epoch + 1);
    return this.#shard;
  }

  async replay(from = 0): Promise<{ report: ReplayReport; runs: ReplayedRun[]; flushes: number[] }> {
    const runs: ReplayedRun[] = [];
    const flushes: number[] = [];
    let current: number | undefined;
    const report = await this.shard.replay(from, {
      flushBegin(number) {
        if (current !== undefined) throw new Error(`flush ${number} begins inside flush ${current}`);
        current = number;
        flushes.push(number);
      },
      run(log, firstSeq, count, flags, buffer, start, end) {
        if (current === undefined) throw new Error('a run outside any flush');
        runs.push({ flush: current, log, firstSeq, count, flags, text: decoder.decode(buffer.subarray(start, end)) });
      },
      flushEnd(number) {
        if (current !== number) throw new Error(`flush ${number} ends inside flush ${current}`);
        current = undefined;
      },
    });
    this.lastFlush = report.lastFlush;
    return { report, runs, flushes };
  }

  /** The old process is gone without a word; a new one takes over. */
  async crash(from = 0): ReturnType<ShardDriver['open']> {
    this.#engine = await this.#fixture.reopen();
    return await this.open(from);
  }

  /** The old process closes in good order; a new one takes over. */
  async restart(from = 0): ReturnType<ShardDriver['open']> {
    await this.stop();
    this.#engine = await this.#fixture.reopen();
    return await this.open(from);
  }

  async stop(): Promise<void> {
    await this.shard.close();
    await this.#engine.close();
  }

  next(spec: Omit<FlushSpec, 'number'>): Flush {
    return buildFlush(this.shard.layout, { ...spec, number: this.lastFlush + 1 });
  }

  /** Appends and waits until the flush is known to be in. */
  async put(spec: Omit<FlushSpec, 'number'>): Promise<Flush> {
    const flush = this.next(spec);
    await settle(this.shard, flush);
    this.lastFlush = flush.number;
    return flush;
  }

  async runs(...runs: RunSpec[]): Promise<Flush> {
    return await this.put({ runs });
  }

  /** The payloads of a log from `from` on, as text with the range that is current: `3-5 text`. */
  async texts(log: number, from = 0): Promise<string[]> {
    const found: string[] = [];
    let next = from;
    for (;;) {
      const chunks = await this.shard.read(log, next, 64 * 1024);
      if (chunks.length === 0) return found;
      for (const chunk of chunks) {
        if (chunk.currentFirst < next && found.length > 0) throw new Error(`a read from ${next} went backwards`);
        found.push(`${chunk.currentFirst}-${chunk.currentLast} ${textOf(chunk)}`);
        next = chunk.currentLast + 1;
      }
    }
  }
}

/** Hands a flush over until its outcome is known. */
export async function settle(shard: Shard, flush: Flush): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await shard.flush(flush);
      return;
    } catch (error) {
      if (!(error instanceof StorageError && error.kind === 'unknown')) throw error;
    }
  }
  throw new Error(`the outcome of flush ${flush.number} is unknown after 100 attempts`);
}
