import { type LogChunk, StorageError } from '../../core/index.js';
import { damagedBytes, type DamageLog } from './damage-log.js';
import type { PlacedExtent } from './extent-chunk.js';
import type { FileTable } from './file-table.js';
import type { FrameCache } from './frame-cache.js';
import type { LogIndex } from './log-index.js';
import { RUN_HEADER_BYTES, type RunHeader, walkRuns, WRONG_RUN } from './run.js';
import type { FileHandles } from './segment-file.js';

/** Extents of one file whose distance is at most this are read in one go. */
const JOIN_BYTES = 16 * 1024;
const MAX_READ_BYTES = 4 * 1024 * 1024;

export interface RunReaderOptions {
  readonly index: LogIndex;
  readonly files: FileTable;
  readonly handles: FileHandles;
  readonly cache: FrameCache;
  readonly damage: DamageLog;
  /** Resolves when the last write to the write-ahead log is through. */
  readonly writing: () => Promise<void>;
}

/** Reads runs where the index says they are: from memory while they are recent, else from the disk with their checksums. */
export class RunReader {
  readonly #options: RunReaderOptions;

  constructor(options: RunReaderOptions) {
    this.#options = options;
  }

  /** As {@link Shard.read}. A run that is damaged is reported and passed over. */
  async read(log: number, from: number, maxBytes: number): Promise<LogChunk[]> {
    const chunks: LogChunk[] = [];
    let next = from;
    let room = maxBytes;
    while (room > 0 || chunks.length === 0) {
      const batch = this.#collect(log, next, room);
      if (batch.length === 0) break;
      for (const extent of batch) this.#options.files.get(extent.file).enter();
      try {
        for (const group of this.#grouped(batch)) {
          for (const chunk of await this.#readGroup(log, next, group)) {
            room -= chunk.end - chunk.start;
            if (room < 0 && chunks.length > 0) return chunks;
            chunks.push(chunk);
          }
        }
      } finally {
        for (const extent of batch) this.#options.files.get(extent.file).leave();
      }
      next = batch[batch.length - 1].lastSeq + 1;
    }
    return chunks;
  }

  /** The bytes of a span of a file; what the device cannot give is zero. */
  async span(file: number, position: number, end: number): Promise<Buffer> {
    const { files, handles, writing } = this.#options;
    await writing();
    const bytes = Buffer.allocUnsafe(end - position);
    try {
      const got = await handles.use(files.get(file), (handle) => handle.read(bytes, position));
      return bytes.fill(0, got);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EIO') return bytes.fill(0);
      throw new StorageError('failed', `cannot read ${files.get(file).path}`, { cause: error });
    }
  }

  /** Extents from `from` on, as many as fit `room`, at least one. */
  #collect(log: number, from: number, room: number): PlacedExtent[] {
    const batch: PlacedExtent[] = [];
    let left = room;
    this.#options.index.from(log, from, (extent) => {
      batch.push(extent);
      left -= extent.sizeBytes;
      return left > 0;
    });
    return batch;
  }

  /** What is in memory by itself; neighbours that lie close together in one file together, so that they are one read. */
  #grouped(batch: readonly PlacedExtent[]): Group[] {
    const groups: Group[] = [];
    for (const extent of batch) {
      const cached = this.#options.cache.get(extent.file, extent.position, extent.position + extent.spanBytes);
      const group = groups.at(-1);
      const joins = cached === undefined && group !== undefined && group.cached === undefined;
      if (joins && follows(group.extents, extent)) group.extents.push(extent);
      else groups.push({ extents: [extent], cached });
    }
    return groups;
  }

  async #readGroup(log: number, from: number, { extents, cached }: Group): Promise<LogChunk[]> {
    const { file, position: base } = extents[0];
    const last = extents[extents.length - 1];
    const bytes = cached ?? (await this.span(file, base, last.position + last.spanBytes));
    const chunks: LogChunk[] = [];
    for (const extent of extents) {
      const start = extent.position - base;
      walkRuns(bytes, start, start + extent.spanBytes, cached !== undefined, {
        run(header, position) {
          const chunk = chunkOf(log, from, extent, header, bytes, position);
          if (chunk !== undefined) chunks.push(chunk);
        },
        damaged: (position, end, header) => this.damaged(log, extent, base + position, base + end, header),
      });
    }
    return chunks;
  }

  /** Reports damaged bytes. What they held is what they say themselves, or if they say nothing, at most the whole extent. */
  damaged(log: number, extent: PlacedExtent, position: number, end: number, header: RunHeader | undefined): void {
    const { files, damage } = this.#options;
    const found = damagedBytes(files.get(extent.file).path, position, end, WRONG_RUN, header);
    const { firstSeq, lastSeq } = extent;
    damage.report(header === undefined ? { ...found, extents: [{ log, firstSeq, lastSeq }] } : found);
  }
}

/** Extents of one file that are read together; with their bytes, if those are in memory. */
interface Group {
  readonly extents: PlacedExtent[];
  readonly cached: Buffer | undefined;
}

function chunkOf(
  log: number,
  from: number,
  extent: PlacedExtent,
  header: RunHeader,
  buffer: Buffer,
  position: number,
): LogChunk | undefined {
  if (header.log !== log || header.flags !== extent.flags) return undefined;
  const { firstSeq, count, flags } = header;
  const currentFirst = Math.max(firstSeq, extent.firstSeq);
  const currentLast = Math.min(firstSeq + count - 1, extent.lastSeq);
  if (currentFirst > currentLast || currentLast < from) return undefined;
  const start = position + RUN_HEADER_BYTES;
  return { firstSeq, count, currentFirst, currentLast, flags, buffer, start, end: start + header.payloadBytes };
}

function follows(group: readonly PlacedExtent[], extent: PlacedExtent): boolean {
  const last = group[group.length - 1];
  const end = last.position + last.spanBytes;
  return (
    extent.file === last.file &&
    extent.position >= end &&
    extent.position - end <= JOIN_BYTES &&
    extent.position + extent.spanBytes - group[0].position <= MAX_READ_BYTES
  );
}
