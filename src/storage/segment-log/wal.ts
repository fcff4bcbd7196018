import { StorageError } from '../../core/index.js';
import { SMALL_FLUSH_BYTES } from '../flush-rules.js';
import type { FileSystem } from './file-system.js';
import type { FileTable } from './file-table.js';
import { FRAME_TRAILER_BYTES, writeFrameHeader, writeFrameTrailer } from './frame.js';
import type { FileHandles } from './segment-file.js';
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, sectorAligned } from './segment-header.js';
import type { SegmentPool } from './segment-pool.js';
import { SidecarWriter } from './sidecar.js';
import { WalSegment, walPath } from './wal-segment.js';

const MAX_RESERVE_BYTES = 1024 * 1024;

/** A frame that is ready but for its header and trailer. */
export interface Frame {
  readonly kind: number;
  /** The flush that it is, or the last one before it. */
  readonly flush: number;
  /** Begins with the gap for the header; its runs are sealed. Has room for the trailer behind `bodyEnd`. */
  readonly body: Buffer;
  readonly bodyEnd: number;
  /** What follows the body, with room for the trailer at its end; undefined where nothing follows. */
  readonly tail: Buffer | undefined;
  /** Where the runs end, counted from the frame's beginning, wherever that lies in body and tail. */
  readonly runsEnd: number;
  readonly runCount: number;
  readonly metadataCount: number;
  readonly metadataCrc: number;
}

/** Where a frame was put. */
export interface WrittenFrame {
  readonly segment: WalSegment;
  readonly position: number;
  readonly end: number;
  readonly serial: number;
  /** Its bytes, as they were handed to the disk. */
  readonly parts: readonly Uint8Array[];
  /** Resolves when the write is through; not yet stable then. */
  readonly written: Promise<void>;
}

export interface WalOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly shard: number;
  readonly epoch: number;
  readonly files: FileTable;
  readonly handles: FileHandles;
  readonly pool: SegmentPool;
  /** Called with every segment that is begun. */
  readonly onSegment: (segment: WalSegment) => void;
  /** Called with every segment that is full and stable. */
  readonly onSealed: (segment: WalSegment, sidecar: SidecarWriter) => void;
}

/** The write-ahead log of a shard, from its newest segment on: one frame is written at a time. */
export class Wal {
  readonly #options: WalOptions;
  #current: WalSegment;
  #sidecar: SidecarWriter;
  #position: number;
  #serial: number;
  #syncedSerial: number;
  #flush: number;
  #syncedFlush: number;
  /** Segments with writes that no sync covered yet. */
  readonly #dirty = new Set<WalSegment>();
  /** Full segments that wait for the sync that makes them stable. */
  readonly #sealing = new Map<WalSegment, SidecarWriter>();
  /** The sync of the directory that a new segment's name waits for. */
  #naming: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  /** Goes on behind the last frame of `current`, which `sidecar` describes; everything up to the given frame is stable. */
  constructor(
    options: WalOptions,
    current: WalSegment,
    sidecar: SidecarWriter,
    { serial, flush }: { serial: number; flush: number },
  ) {
    this.#options = options;
    this.#current = current;
    this.#sidecar = sidecar;
    this.#position = sectorAligned(Math.max(sidecar.span.usedBytes, SEGMENT_HEADER_BYTES));
    this.#serial = serial;
    this.#syncedSerial = serial;
    this.#flush = flush;
    this.#syncedFlush = flush;
  }

  get current(): WalSegment {
    return this.#current;
  }

  /** The index of the segment that is written, to be told what each frame holds. */
  get sidecar(): SidecarWriter {
    return this.#sidecar;
  }

  /** The serial of the last frame that was written, stable or not. */
  get serial(): number {
    return this.#serial;
  }

  /** The last flush that is stable. */
  get syncedFlush(): number {
    return this.#syncedFlush;
  }

  /** Resolves when the last write is through. */
  get writing(): Promise<void> {
    return this.#writing;
  }

  /** Whether `room` would go on in the current segment, without waiting. */
  hasRoom(frameBytes: number): boolean {
    return frameBytes <= this.#roomFor(frameBytes);
  }

  /**
   * Sees to it that the next frame fits, in a fresh segment where it must.
   *
   * @throws StorageError full; nothing has changed then
   */
  async makeRoom(frameBytes: number): Promise<void> {
    if (this.hasRoom(frameBytes)) return;
    const { pool, fileSystem, directory, files, handles, shard, epoch } = this.#options;
    const spare = await pool.take(SEGMENT_HEADER_BYTES + frameBytes);
    const number = this.#current.number + 1;
    const path = walPath(directory, number);
    await fileSystem.rename(spare.path, path);
    this.#naming = Promise.all([this.#naming, fileSystem.syncDirectory(directory)]).then(() => undefined);
    this.#naming.catch(() => undefined); // reported by the sync that waits for it
    const file = files.add(path);
    const header = encodeSegmentHeader({ shard, segment: number, epoch, sizeBytes: spare.sizeBytes, voidFrom: 0 });
    await handles.use(file, (handle) => handle.write([header], 0));
    this.#sealing.set(this.#current, this.#sidecar);
    this.#sidecar = new SidecarWriter();
    this.#current = new WalSegment(number, file, spare.sizeBytes, this.#sidecar.span);
    this.#position = SEGMENT_HEADER_BYTES;
    this.#options.onSegment(this.#current);
  }

  /** Notes in the index of the current segment that a frame ends here; `flush` is 0 for a frame of the engine's own. */
  note(serial: number, flush: number, end: number): void {
    this.#sidecar.frame(serial, flush, this.#options.epoch, end);
  }

  /** Writes a frame that there is room for. Header and trailer are set, and the write is on its way, on return. */
  write(frame: Frame): WrittenFrame {
    const { shard, epoch, handles, pool } = this.#options;
    const { body, bodyEnd, tail } = frame;
    const segment = this.#current;
    const position = this.#position;
    const serial = ++this.#serial;
    this.#flush = frame.flush;
    const lengthBytes = frameBytes(bodyEnd, tail);
    const { kind, flush, runsEnd, runCount, metadataCount } = frame;
    const place = { shard, segment: segment.number, epoch, serial, syncedSerial: this.#syncedSerial };
    writeFrameHeader(body, 0, { ...place, kind, flush, lengthBytes, runsEnd, runCount, metadataCount });
    const parts = tail === undefined ? [body.subarray(0, lengthBytes)] : [body.subarray(0, bodyEnd), tail];
    const last = parts[parts.length - 1];
    writeFrameTrailer(last, last.length - FRAME_TRAILER_BYTES, serial, frame.metadataCrc);

    segment.writes++;
    this.#dirty.add(segment);
    const written = handles.use(segment.file, (handle) => handle.write(parts, position));
    this.#writing = written.catch(() => undefined);
    this.#position = sectorAligned(position + lengthBytes);
    if (this.#position > segment.sizeBytes / 2) pool.anticipate();
    return { segment, position, end: position + lengthBytes, serial, parts, written };
  }

  /** Makes every frame whose write is through stable. */
  async sync(): Promise<void> {
    const { handles, onSealed } = this.#options;
    const serial = this.#serial;
    const flush = this.#flush;
    const naming = this.#naming;
    const dirty = [...this.#dirty].map((segment) => ({ segment, writes: segment.writes }));
    await Promise.all([
      naming,
      ...dirty.map(({ segment }) => handles.use(segment.file, (handle) => handle.syncData())),
    ]);
    this.#syncedSerial = Math.max(this.#syncedSerial, serial);
    this.#syncedFlush = Math.max(this.#syncedFlush, flush);
    for (const { segment, writes } of dirty) if (segment.writes === writes) this.#dirty.delete(segment);
    for (const [segment, sidecar] of this.#sealing) {
      if (this.#dirty.has(segment)) continue;
      this.#sealing.delete(segment);
      onSealed(segment, sidecar);
    }
  }

  /**
   * Bytes that a frame of that size may use of the current segment. While there is no spare to go on in, the end of the
   * segment is kept for small flushes.
   */
  #roomFor(frameBytes: number): number {
    const { sizeBytes } = this.#current;
    const left = sizeBytes - this.#position;
    if (frameBytes <= SMALL_FLUSH_BYTES || this.#options.pool.hasSpare) return left;
    return left - Math.min(MAX_RESERVE_BYTES, sizeBytes / 8);
  }
}

/** The length of a frame, header and trailer included. */
export function frameBytes(bodyEnd: number, tail: Buffer | undefined): number {
  return bodyEnd + (tail?.length ?? FRAME_TRAILER_BYTES);
}

/**
 * Much beside the write-ahead segments is refused while the device is full. What goes into them is not: the owner is told
 * and takes nothing new, but what it took before it knew, and what follows that, still has the rest of the segment.
 */
export function refuseWhileFull(pool: SegmentPool, bytes: number): void {
  if (pool.full && bytes > SMALL_FLUSH_BYTES) {
    throw new StorageError('full', 'the device has no room for new messages');
  }
}
