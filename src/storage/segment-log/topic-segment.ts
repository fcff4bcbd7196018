import { basename, join } from 'node:path';
import type { SegmentFile } from './segment-file.js';
import type { TopicExtent } from './topic-index.js';

/** A file of one log's retained runs. */
export class TopicSegment {
  readonly log: number;
  /** With the name serial, its name: the first sequence it was begun with, and a number that is never used twice. */
  readonly baseSeq: number;
  readonly nameSerial: number;
  readonly file: SegmentFile;
  /** Where the next run goes: behind every committed one. */
  endBytes = 0;
  /** The same in its index file. */
  indexEndBytes = 0;
  /** Committed by a write-ahead segment and not in the index file yet. */
  unindexed: TopicExtent[] = [];

  constructor(log: number, baseSeq: number, nameSerial: number, file: SegmentFile) {
    this.log = log;
    this.baseSeq = baseSeq;
    this.nameSerial = nameSerial;
    this.file = file;
  }
}

const NAME = /^(\d+)-(\d+)\.seg$/;

export function topicSegmentPath(logDirectory: string, baseSeq: number, nameSerial: number): string {
  return join(logDirectory, `${padded(baseSeq)}-${padded(nameSerial)}.seg`);
}

export function topicIndexPath(segmentPath: string): string {
  return segmentPath.replace(/\.seg$/, '.idx');
}

/** First sequence and serial as a topic segment's name gives them; undefined for any other name. */
export function topicSegmentName(path: string): { readonly baseSeq: number; readonly nameSerial: number } | undefined {
  const match = NAME.exec(basename(path));
  return match === null ? undefined : { baseSeq: Number(match[1]), nameSerial: Number(match[2]) };
}

function padded(number: number): string {
  return String(number).padStart(16, '0');
}
