import { fdatasync, mkdtempSync, openSync, closeSync, rmSync, write, writeSync, fdatasyncSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Flush } from '../core/index.js';
import { buildFlush } from './flush-builder.js';
import { SegmentLogEngine } from './segment-log/segment-log-engine.js';
import type { SegmentLogShard } from './segment-log/segment-log-shard.js';

/*
 * What the segment log makes of a disk, beside what a plain loop of write and fdatasync makes of it in the same minute.
 *
 *     node dist/storage/flush-throughput.js [directory] [seconds per figure]
 */

const SIZES = [4 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024];
const ROUNDS = 5;
const LAID_OUT_BYTES = 64 * 1024 * 1024;
/** Flushes that stay alive before they are trimmed, as a short queue has them. */
const ALIVE = 32;

const writeAt = promisify(write);
const syncData = promisify(fdatasync);

/** One after the other, into a file that is laid out: the disk's own limit for a writer that waits for each sync. */
async function plainLoop(directory: string, sizeBytes: number, durationMs: number): Promise<number> {
  const path = join(directory, 'plain');
  const file = openSync(path, 'w');
  try {
    const block = Buffer.alloc(1024 * 1024, 1);
    for (let at = 0; at < LAID_OUT_BYTES; at += block.length) writeSync(file, block, 0, block.length, at);
    fdatasyncSync(file);
    const batch = Buffer.alloc(sizeBytes, 2);
    let position = 0;
    return await perSecond(durationMs, async () => {
      if (position + sizeBytes > LAID_OUT_BYTES) position = 0;
      await writeAt(file, batch, 0, sizeBytes, position);
      await syncData(file);
      position += Math.ceil(sizeBytes / 512) * 512;
    });
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** Flushes of one data run and one journal run, trimmed as they would be once they are worked off. */
class EngineLoop {
  readonly #shard: SegmentLogShard;
  #number: number;
  #seq = 0;

  constructor(shard: SegmentLogShard, lastFlush: number) {
    this.#shard = shard;
    this.#number = lastFlush;
  }

  async run(sizeBytes: number, durationMs: number): Promise<number> {
    const journalBytes = 200;
    const payloadBytes = sizeBytes - journalBytes - 2 * this.#shard.layout.runHeaderBytes - 96;
    const flush = buildFlush(this.#shard.layout, {
      number: 0,
      runs: [
        { log: 7, payload: Buffer.alloc(payloadBytes, 3) },
        { log: 0, payload: Buffer.alloc(journalBytes, 4) },
      ],
    });
    return await perSecond(durationMs, () => this.#next(flush));
  }

  async #next(flush: Flush): Promise<void> {
    this.#number++;
    flush.runs.firstSeq[0] = this.#seq++;
    await this.#shard.flush({ ...flush, number: this.#number });
    if (this.#number % ALIVE !== 0) return;
    this.#shard.trim(7, this.#seq - ALIVE);
    this.#shard.trimJournal(this.#number - ALIVE);
  }
}

async function perSecond(durationMs: number, action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  let count = 0;
  let passedMs = 0;
  while (passedMs < durationMs) {
    await action();
    count++;
    passedMs = performance.now() - start;
  }
  return count / (passedMs / 1000);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

async function measure(place: string, durationMs: number): Promise<void> {
  const directory = mkdtempSync(join(place, 'rosettamq-throughput-'));
  const engine = new SegmentLogEngine({ directory: join(directory, 'data') });
  try {
    await engine.open();
    const shard = (await engine.openShard(0, 1)) as SegmentLogShard;
    const loop = new EngineLoop(shard, 0);
    await loop.run(SIZES[3], durationMs); // until the segments have their full size
    for (const sizeBytes of SIZES) {
      const rounds: { plain: number; ours: number }[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        if (round % 2 === 0) {
          const plain = await plainLoop(directory, sizeBytes, durationMs);
          rounds.push({ plain, ours: await loop.run(sizeBytes, durationMs) });
        } else {
          const ours = await loop.run(sizeBytes, durationMs);
          rounds.push({ plain: await plainLoop(directory, sizeBytes, durationMs), ours });
        }
      }
      report(sizeBytes, rounds);
    }
    await shard.close();
  } finally {
    await engine.close();
    rmSync(directory, { recursive: true });
  }
}

function report(sizeBytes: number, rounds: readonly { plain: number; ours: number }[]): void {
  const shown = (perSec: number) => `${perSec.toFixed(0)}/s ${((perSec * sizeBytes) / 1e6).toFixed(0)} MB/s`;
  const plain = median(rounds.map((round) => round.plain));
  const ours = median(rounds.map((round) => round.ours));
  const ratio = median(rounds.map((round) => round.ours / round.plain));
  const size = `${sizeBytes / 1024} KiB`.padStart(8);
  process.stdout.write(`${size}  plain loop ${shown(plain)}, flushes ${shown(ours)}, ratio ${ratio.toFixed(2)}\n`);
}

await measure(resolve(process.argv[2] ?? '.'), Number(process.argv[3] ?? 1) * 1000);
