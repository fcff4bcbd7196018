import { basename, join } from 'node:path';
import type { SegmentFile } from './segment-file.js';
import type { SegmentSpan } from './sidecar.js';

/** A write-ahead segment of an open shard. */
export class WalSegment {
  readonly number: number;
  readonly file: SegmentFile;
  sizeBytes: number;
  /** Grows while the segment is the one that is written. */
  span: SegmentSpan;
  /** Bytes of the metadata changes in it whose value is still current. */
  metadataBytes = 0;
  /** Keys that it says are removed, as far as nothing newer says otherwise. */
  readonly removedKeys = new Set<string>();
  /** Topic segments that it commits runs of. */
  readonly topicFiles = new Set<number>();
  /** Writes made to it so far, so that a sync can tell whether it covered the last one. */
  writes = 0;

  constructor(number: number, file: SegmentFile, sizeBytes: number, span: SegmentSpan) {
    this.number = number;
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.span = span;
  }

  get liveBytes(): number {
    return this.file.liveBytes + this.metadataBytes;
  }
}

const NAME = /^wal-(\d+)\.log$/;

export function walPath(directory: string, number: number): string {
  return join(directory, `wal-${String(number).padStart(10, '0')}.log`);
}

export function sidecarPath(walFile: string): string {
  return walFile.replace(/\.log$/, '.idx');
}

/** The number in the name of a write-ahead segment; undefined for any other name. */
export function walNumber(path: string): number | undefined {
  const match = NAME.exec(basename(path));
  return match === null ? undefined : Number(match[1]);
}
