import { join } from 'node:path';
import type { Descriptor } from './descriptor.js';
import { fileSize, type FileSystem, ignoreMissing, isMissing, readWhole } from './file-system.js';
import { RUN_HEADER_BYTES, type RunHeader, walkRuns } from './run.js';
import { describedExtent, type ShardState } from './shard-state.js';
import { decodeTopicIndex, type TopicExtent } from './topic-index.js';
import { topicIndexPath, TopicSegment, topicSegmentName, topicSegmentPath } from './topic-segment.js';
import type { WalSegment } from './wal-segment.js';

/** How many topic segments are looked at side by side. */
const PARALLEL = 32;

/** A topic segment as it was found, and what is known of it so far. */
interface FoundTopicSegment {
  readonly log: number;
  readonly baseSeq: number;
  readonly nameSerial: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly indexed: readonly TopicExtent[];
  readonly indexIntact: boolean;
  readonly indexEndBytes: number;
  segment: TopicSegment | undefined;
}

/** Brings back the topic segments of a shard: what their own indexes tell, and what the write-ahead log tells besides. */
export class TopicRecovery {
  readonly #state: ShardState;
  readonly #found = new Map<string, FoundTopicSegment>();
  readonly #positions = new Map<string, Set<number>>();

  private constructor(state: ShardState) {
    this.#state = state;
  }

  /** Finds the segments and reads their indexes. */
  static async begin(state: ShardState, topicsDirectory: string): Promise<TopicRecovery> {
    const recovery = new TopicRecovery(state);
    const { fileSystem } = state.settings;
    for (const name of await listOrNone(fileSystem, topicsDirectory)) {
      const log = Number(name);
      if (!Number.isSafeInteger(log)) continue;
      const directory = join(topicsDirectory, name);
      const paths = (await fileSystem.list(directory)).filter((one) => topicSegmentName(one) !== undefined);
      for (const path of paths.sort())
        recovery.#found.set(join(directory, path), await find(fileSystem, log, join(directory, path)));
    }
    for (const one of recovery.#found.values()) {
      const segment = new TopicSegment(one.log, one.baseSeq, one.nameSerial, state.files.add(one.path));
      segment.endBytes = one.indexed.reduce((end, extent) => Math.max(end, extent.position + extent.spanBytes), 0);
      segment.indexEndBytes = one.indexEndBytes;
      one.segment = segment;
      recovery.#positions.set(one.path, new Set(one.indexed.map((extent) => extent.position)));
      state.topics.adopt(segment);
    }
    return recovery;
  }

  /** A write-ahead segment commits a run. Where its file is gone, so was everything in it: it was dropped or trimmed. */
  committed(header: RunHeader, descriptor: Descriptor, wal: WalSegment, topicsDirectory: string): void {
    const directory = join(topicsDirectory, String(header.log));
    const path = topicSegmentPath(directory, descriptor.baseSeq, descriptor.nameSerial);
    const segment = this.#found.get(path)?.segment;
    if (segment === undefined) return;
    const extent = describedExtent(header, descriptor);
    segment.endBytes = Math.max(segment.endBytes, extent.position + extent.spanBytes);
    wal.topicFiles.add(segment.file.id);
    this.#state.index.add(header.log, { ...extent, file: segment.file.id });
    if (!this.#positions.get(path)?.has(extent.position)) segment.unindexed.push(extent);
  }

  /**
   * Adds what the indexes tell, looks at bytes that nothing tells of, and cuts off what was never committed. To be
   * called when everything in the write-ahead log was told; `lastFlush` is the last that holds.
   */
  async finish(lastFlush: number): Promise<void> {
    const all = [...this.#found.values()];
    for (let i = 0; i < all.length; i += PARALLEL) {
      await Promise.all(all.slice(i, i + PARALLEL).map((one) => this.#finishOne(one, lastFlush)));
    }
  }

  async #finishOne(one: FoundTopicSegment, lastFlush: number): Promise<void> {
    const { index, topics } = this.#state;
    const segment = one.segment as TopicSegment;
    for (const extent of one.indexed) index.add(one.log, { ...extent, file: segment.file.id });
    if (!one.indexIntact || one.sizeBytes > segment.endBytes) {
      await this.#rescue(one, segment, one.indexIntact ? segment.endBytes : 0, lastFlush);
    }
    if (one.sizeBytes > segment.endBytes) await this.#cut(segment);
    if (segment.endBytes === 0) await topics.removeDead(segment);
    else if (one.sizeBytes < segment.endBytes) this.#short(one, segment);
  }

  /**
   * Bytes that no index tells of are either the runs of a flush that did not happen, or committed runs whose index was
   * lost. The number of the flush in each run says which.
   */
  async #rescue(one: FoundTopicSegment, segment: TopicSegment, from: number, lastFlush: number): Promise<void> {
    const { handles, index } = this.#state;
    const content = Buffer.alloc(one.sizeBytes - from);
    await handles.use(segment.file, (handle) => handle.read(content, from));
    const known = this.#positions.get(one.path);
    const told = new Set(segment.unindexed.map((extent) => extent.position));
    walkRuns(content, 0, content.length, false, {
      run: (header, at) => {
        const position = from + at;
        if (header.log !== one.log || header.flush > lastFlush || known?.has(position) || told.has(position)) return;
        const lengthBytes = RUN_HEADER_BYTES + header.payloadBytes;
        const extent = describedExtent(header, { ...one, position, lengthBytes, checksum: 0 });
        index.add(one.log, { ...extent, file: segment.file.id });
        segment.unindexed.push(extent);
        segment.endBytes = Math.max(segment.endBytes, position + lengthBytes);
      },
      damaged() {},
    });
  }

  async #cut(segment: TopicSegment): Promise<void> {
    await this.#state.handles.use(segment.file, async (handle) => {
      await handle.truncate(segment.endBytes);
      await handle.syncData();
    });
  }

  #short(one: FoundTopicSegment, segment: TopicSegment): void {
    this.#state.damage.report({
      place: one.path,
      sizeBytes: segment.endBytes - one.sizeBytes,
      reason: 'a topic segment that is shorter than what was committed to it',
      extents: [],
    });
  }
}

async function find(fileSystem: FileSystem, log: number, path: string): Promise<FoundTopicSegment> {
  const name = topicSegmentName(path) as { baseSeq: number; nameSerial: number };
  const sizeBytes = await fileSize(fileSystem, path);
  const content = await readWhole(fileSystem, topicIndexPath(path)).catch((error: unknown) => {
    ignoreMissing(error);
    return Buffer.alloc(0);
  });
  const { extents, intactEnd } = decodeTopicIndex(content);
  const fits = extents.filter((extent) => extent.position + extent.spanBytes <= sizeBytes);
  return {
    log,
    ...name,
    path,
    sizeBytes,
    indexed: fits,
    indexIntact: intactEnd === content.length && fits.length === extents.length,
    indexEndBytes: intactEnd,
    segment: undefined,
  };
}

async function listOrNone(fileSystem: FileSystem, directory: string): Promise<string[]> {
  return await fileSystem.list(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}
