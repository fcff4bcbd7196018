import { setImmediate as nextTurn } from 'node:timers/promises';
import { type MetadataChange, RUN_RETAINED, RUN_VOLATILE } from '../../core/index.js';
import { ownBytes, type PlacedExtent } from './extent-chunk.js';
import { relocationFrame } from './frame-builder.js';
import type { Mutex } from './mutex.js';
import { type CollectedRuns, collectRuns } from './run-collector.js';
import type { RunReader } from './run-reader.js';
import { readSidecar } from './shard-survey.js';
import type { ShardState } from './shard-state.js';
import { visitSidecar } from './sidecar.js';
import { moveToTopic } from './topic-move.js';
import { frameBytes, type Wal } from './wal.js';
import type { WalSegment } from './wal-segment.js';

/** What is copied in one step, between two turns of the event loop. */
const STEP_BYTES = 256 * 1024;
/** A log with at least this much retained data in a segment gets it moved to a segment of its own. */
const MOVE_BYTES = 64 * 1024;
/** What it costs to say again that a key is removed, about. */
const REMOVED_KEY_BYTES = 64;

export interface SegmentEmptierOptions {
  readonly state: ShardState;
  readonly wal: Wal;
  /** Held by whoever writes to the write-ahead log. */
  readonly lock: Mutex;
  readonly reader: RunReader;
  readonly lastFlush: () => number;
}

interface LogExtents {
  readonly log: number;
  readonly extents: readonly PlacedExtent[];
}

interface LogExtent {
  readonly log: number;
  readonly extent: PlacedExtent;
}

/** Empties write-ahead segments that are mostly dead: copies what lives in them to where the log goes on. */
export class SegmentEmptier {
  readonly #options: SegmentEmptierOptions;

  constructor(options: SegmentEmptierOptions) {
    this.#options = options;
  }

  /** Whether a look at what lives in the segment can be worth while: cheap, and wrong only in saying yes. */
  mayPay(segment: WalSegment): boolean {
    return segment.file.liveBytes - segment.file.retainedBytes + fixedBytes(segment) <= segment.sizeBytes / 2;
  }

  /**
   * Copies what lives in the segment, unless that is more than half of it. Returns whether anything was copied; the
   * segment has nothing alive in it then, but for what is damaged and so cannot be copied. `goOn` is asked between the
   * steps.
   */
  async empty(segment: WalSegment, goOn: () => boolean): Promise<boolean> {
    const logs = await this.#extentsIn(segment);
    const moved = logs.filter(({ extents }) => retainedBytes(extents) >= MOVE_BYTES);
    const forwarded = logs
      .filter((one) => !moved.includes(one))
      .flatMap(({ log, extents }) => extents.map((extent) => ({ log, extent })));
    const bytes = forwarded.reduce((sum, { extent }) => sum + ownBytes(extent), fixedBytes(segment));
    if (bytes > segment.sizeBytes / 2) return false;

    let copied = false;
    for (const { log, extents } of moved) {
      for (const step of steps(extents, ownBytes)) {
        if (!goOn()) return copied;
        copied = (await moveToTopic(this.#options.state, this.#options.reader, log, step)) || copied;
        await nextTurn();
      }
    }
    for (const step of steps(forwarded, ({ extent }) => ownBytes(extent))) {
      if (!goOn()) return copied;
      copied = (await this.#forward(step)) || copied;
      await nextTurn();
    }
    while (segment.metadataBytes > 0 || segment.removedKeys.size > 0) {
      if (!goOn()) return copied;
      await this.#forwardMetadata(segment);
      copied = true;
      await nextTurn();
    }
    return copied;
  }

  /**
   * Per log, the extents that lie in the segment. The sidecar tells where to look; what it does not tell of (volatile
   * runs, or all of them where it could not be written) is looked for everywhere.
   */
  async #extentsIn(segment: WalSegment): Promise<LogExtents[]> {
    const { index, settings } = this.#options.state;
    const ranges = new Map<number, { first: number; last: number }>();
    const sidecar = await readSidecar(settings.fileSystem, segment.file.path, segment.number);
    if (sidecar !== undefined) {
      visitSidecar(sidecar.content, {
        run({ log, firstSeq, count }) {
          const range = ranges.get(log) ?? { first: firstSeq, last: firstSeq };
          const last = Math.max(range.last, firstSeq + count - 1);
          ranges.set(log, { first: Math.min(range.first, firstSeq), last });
        },
        outside() {},
        value() {},
        removed() {},
      });
    }
    const found = [...ranges].map(([log, { first, last }]) => ({
      log,
      extents: index.inFile(log, segment.file.id, first, last),
    }));
    const bytes = found.reduce((sum, { extents }) => sum + extents.reduce((own, one) => own + ownBytes(one), 0), 0);
    if (bytes === segment.file.liveBytes) return found;
    return index.logs().map((log) => ({ log, extents: index.inFile(log, segment.file.id, 0, Infinity) }));
  }

  /** Writes runs again, byte by byte, in a frame of the engine's own. */
  async #forward(step: readonly LogExtent[]): Promise<boolean> {
    const { state, wal, lock, reader, lastFlush } = this.#options;
    const copies: (LogExtent & { collected: CollectedRuns })[] = [];
    for (const { log, extent } of step) {
      const collected = await collectRuns(reader, log, extent);
      if (collected !== undefined) copies.push({ log, extent, collected });
    }
    if (copies.length === 0) return false;
    await lock.run(async () => {
      const pieces = copies.flatMap(({ collected }) => collected.runs.map((run) => run.bytes));
      const frame = relocationFrame(lastFlush(), pieces, []);
      await wal.makeRoom(frameBytes(frame.bodyEnd, frame.tail));
      const { segment, position, serial, end, written } = wal.write(frame);
      let at = position + frame.bodyEnd - pieces.reduce((sum, piece) => sum + piece.length, 0);
      for (const { log, extent, collected } of copies) {
        state.index.move(log, extent, segment.file.id, at, collected.sizeBytes);
        for (const { header, bytes } of collected.runs) {
          if ((header.flags & RUN_VOLATILE) === 0) wal.sidecar.run(header, at);
          at += bytes.length;
        }
      }
      wal.note(serial, 0, end);
      await written;
    });
    return true;
  }

  /** Says metadata again: a step's worth of values, and every removal. */
  async #forwardMetadata(from: WalSegment): Promise<void> {
    const { state, wal, lock, lastFlush } = this.#options;
    const { metadata } = state;
    await lock.run(async () => {
      const removed = [...from.removedKeys].map((key): MetadataChange => ({ key, value: undefined }));
      const frame = relocationFrame(lastFlush(), [], [...metadata.valuesIn(from, STEP_BYTES), ...removed]);
      await wal.makeRoom(frameBytes(frame.bodyEnd, frame.tail));
      const { segment, position, serial, end, written } = wal.write(frame);
      await written; // a large value is read where it lies as soon as it is known to lie there
      for (const { change, offset, lengthBytes } of frame.metadata) {
        const { key, value } = change;
        if (value === undefined) {
          metadata.remove(key, segment);
          wal.sidecar.removed(key);
        } else {
          metadata.set(key, value, segment, position + offset, lengthBytes);
          wal.sidecar.value(key, value, position + offset, lengthBytes);
        }
      }
      wal.note(serial, 0, end);
    });
  }
}

function fixedBytes(segment: WalSegment): number {
  return segment.metadataBytes + segment.removedKeys.size * REMOVED_KEY_BYTES;
}

function retainedBytes(extents: readonly PlacedExtent[]): number {
  const retained = extents.filter((extent) => (extent.flags & RUN_RETAINED) !== 0);
  return retained.reduce((sum, extent) => sum + ownBytes(extent), 0);
}

/** Cuts a list into pieces of about a step's worth of bytes, at least one item each. */
export function* steps<T>(items: readonly T[], bytesOf: (item: T) => number): Generator<readonly T[]> {
  let step: T[] = [];
  let bytes = 0;
  for (const item of items) {
    if (step.length > 0 && bytes + bytesOf(item) > STEP_BYTES) {
      yield step;
      step = [];
      bytes = 0;
    }
    step.push(item);
    bytes += bytesOf(item);
  }
  if (step.length > 0) yield step;
}
