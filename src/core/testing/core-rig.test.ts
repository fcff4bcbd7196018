import {
  RecordCursor,
  BATCH_HEADER_BYTES,
  batchBaseOffset,
  batchIsControl,
  batchRecordCount,
  batchSizeBytes,
  decodeUtf8,
  DIALECT_NATIVE,
  encodeUtf8,
  RECORD_HEADER_BYTES,
  writeU16,
  writeU32,
  writeU48,
} from '../../bytes/index.js';
import { BrokerCore } from '../broker-core.js';
import type { QueueSpec, QueueSettings } from '../broker.js';
import { SHARED_LOG } from '../delivery/shared-bodies.js';
import { DEFAULT_LIMITS, type MemoryLimits } from '../log/memory.js';
import type { LogChunk } from '../ports.js';
import { journalStart, Recovery } from '../recovery.js';
import { RecordingSink } from './recording-sink.test.js';
import { type MessageOptions, testMessage } from './test-message.test.js';
import { TestStore } from './test-store.test.js';

export interface RigOptions {
  readonly deliverBeforeSync?: boolean;
  readonly memory?: Partial<MemoryLimits>;
  readonly nowMs?: number;
  /** How much one read brings, bytes. */
  readonly readBytes?: number;
}

interface PendingRead {
  readonly queue: number;
  readonly log: number;
  readonly from: number;
}

/** Everything forgotten as soon as possible, so that most deliveries must read the store first. */
export const TINY_MEMORY: MemoryLimits = { chunkBytes: 2048, ringChunks: 4, windowSlots: 4, transientBytes: 4096 };

const VIRTUAL_HOST = '/';

/**
 * The core with a shell around it that the test drives by hand: time stands until {@link advance}, nothing is stable
 * until {@link flush}, nothing is read until {@link read}.
 */
export class CoreRig {
  readonly store: TestStore;
  readonly core: BrokerCore;
  readonly options: RigOptions;
  readonly reads: PendingRead[] = [];
  readonly sinks = new Map<number, RecordingSink>();
  /** Reads that were answered so far. */
  answered = 0;

  /** Over an empty store, or one that has seen an owner before. */
  constructor(options: RigOptions = {}, store = new TestStore()) {
    this.options = options;
    this.store = store;
    const layout = { flushHeaderBytes: 16, runHeaderBytes: 8, trailerBytes: 4 };
    this.core = new BrokerCore(
      {
        gathered: () => {},
        need: (queue, log, from) => this.reads.push({ queue, log, from }),
        needShared: (queue, from) => this.reads.push({ queue, log: SHARED_LOG, from }),
        partitionMoved: () => {},
        trim: (log, upTo) => store.trim(log, upTo),
        drop: (log) => store.drop(log),
        headersOf: () => new Map(),
      },
      layout,
      1,
      options.nowMs ?? 1_000_000,
      {
        deliverBeforeSync: options.deliverBeforeSync ?? true,
        memory: { ...DEFAULT_LIMITS, ...options.memory },
      },
    );
    this.#restore();
    if (!this.core.hasVirtualHost(VIRTUAL_HOST)) this.core.createVirtualHost(VIRTUAL_HOST);
  }

  #restore(): void {
    const { core, store } = this;
    const recovery = new Recovery(core);
    for (const [key, value] of store.metadata()) recovery.metadata(key, value);
    recovery.metadataEnd();
    const report = store.replay(recovery.replayFrom, recovery.replay);
    const { scans, orphans } = recovery.settle(report, store.logs(), (log) => store.extents(log));
    for (const log of orphans) store.drop(log);
    for (const scan of scans) {
      for (const chunk of store.read(scan.log, scan.fromSeq, Number.POSITIVE_INFINITY)) Recovery.scan(scan, chunk);
    }
    recovery.finish(report);
    store.cleanStop = false;
  }

  // ---- time, flushes, reads

  advance(ms: number): void {
    this.core.advance(this.core.nowMs + ms);
  }

  /** Makes the oldest flush stable. False when there is none. */
  flush(): boolean {
    const flush = this.core.takeFlush();
    if (flush === undefined) return false;
    this.store.commit(flush);
    this.core.flushed(flush.number);
    return true;
  }

  flushAll(): void {
    while (this.core.pending && this.flush());
  }

  /** Answers the oldest read that the core waits for; what it asks for is flushed first where it has to be. */
  read(): boolean {
    const read = this.reads.shift();
    if (read === undefined) return false;
    const { core, store } = this;
    const load = (): LogChunk[] => store.read(read.log, read.from, this.options.readBytes ?? 1024);
    let chunks = load();
    while (chunks.length === 0 && this.flush()) chunks = load();
    this.answered++;
    if (read.log === SHARED_LOG) {
      for (const { buffer, start, end, firstSeq } of chunks) {
        core.loadedShared(buffer, start, end, firstSeq);
      }
    } else {
      const entry = core.destinations.queueOrUndefined(read.queue);
      if (entry === undefined) return true;
      for (const chunk of chunks) {
        if (entry.partition < 0) core.loadedChunk(read.queue, chunk);
        else {
          const { buffer, offsets } = openBatches(chunk);
          core.loadedRecords(read.queue, buffer, offsets);
        }
      }
    }
    const last = chunks.at(-1);
    core.loadedEnd(read.queue, last === undefined ? Number.POSITIVE_INFINITY : last.currentLast + 1);
    return true;
  }

  /** Answers all reads until none is asked for any more. */
  settle(): void {
    for (let i = 0; this.read(); i++) if (i > 10_000) throw new Error('the core reads without end');
  }

  /** Reads are answered and flushes made until nothing more happens by itself. */
  rest(): void {
    do {
      this.settle();
      this.flushAll();
    } while (this.core.pending || this.reads.length > 0);
  }

  // ---- restarts

  /** Writes the state of everything down, `step` queues per flush. Returns the flush from which to replay. */
  checkpoint(step = Number.POSITIVE_INFINITY): number {
    const from = this.core.flush;
    this.core.beginCheckpoint();
    while (this.core.checkpoint(step)) this.flush();
    journalStart(this.core, from);
    return from;
  }

  /** Ends as a broker ends that is told to, and starts again. */
  restart(): CoreRig {
    const from = this.checkpoint();
    this.flushAll();
    this.store.trimJournal(from);
    return new CoreRig({ ...this.options, nowMs: this.core.nowMs }, this.store.reopened(this.store.lastFlush, true));
  }

  /** Starts again as after a power cut that left the flushes up to `flush`. */
  crash(flush = this.store.lastFlush): CoreRig {
    return new CoreRig({ ...this.options, nowMs: this.core.nowMs }, this.store.reopened(flush));
  }

  // ---- short forms

  queue(name: string, settings: Partial<QueueSettings> = {}, spec: Partial<QueueSpec> = {}): number {
    return this.core.createQueue(VIRTUAL_HOST, name, {
      durable: true,
      autoDelete: false,
      owner: 0,
      grouped: false,
      retainMs: undefined,
      dialect: DIALECT_NATIVE,
      declared: {},
      settings,
      ...spec,
    });
  }

  find(name: string): number {
    return this.core.findQueue(VIRTUAL_HOST, name);
  }

  publish(queue: number, message: string | MessageOptions): ReturnType<BrokerCore['publish']> {
    const options = typeof message === 'string' ? { body: message } : message;
    return { ...this.core.publish(this.core.routeToQueue(queue), testMessage(options)) };
  }

  session(): number {
    const sink = new RecordingSink();
    const session = this.core.openSession(sink);
    this.sinks.set(session, sink);
    return session;
  }

  sink(session: number): RecordingSink {
    return this.sinks.get(session)!;
  }

  subscribe(
    session: number,
    queue: number,
    options: { credit?: number; noAck?: boolean; token?: number; exclusive?: boolean; priority?: number } = {},
  ): number {
    return this.core.subscribe(session, queue, {
      token: 0,
      credit: 0,
      noAck: false,
      exclusive: false,
      priority: 0,
      ...options,
    });
  }

  acquire(
    session: number,
    queue: number,
    options: { max?: number; noAck?: boolean; token?: number; visibilityMs?: number | undefined; waitMs?: number } = {},
  ): void {
    this.core.acquire(session, queue, {
      token: 0,
      max: 1,
      noAck: false,
      visibilityMs: undefined,
      waitMs: 0,
      ...options,
    });
  }
}

/** The records of a topic's batches in the layout of a queue's log, with their offsets; value and key only. */
function openBatches(chunk: LogChunk): { buffer: Uint8Array; offsets: number[] } {
  const records: Uint8Array[] = [];
  const offsets: number[] = [];
  for (let at = chunk.start; at < chunk.end; at += batchSizeBytes(chunk.buffer, at)) {
    if (batchIsControl(chunk.buffer, at)) continue;
    const end = at + batchSizeBytes(chunk.buffer, at);
    const cursor = new RecordCursor(chunk.buffer, at + BATCH_HEADER_BYTES, end, batchRecordCount(chunk.buffer, at));
    while (cursor.next()) {
      const body = chunk.buffer.subarray(cursor.valueStart, cursor.valueEnd);
      let envelope = encodeUtf8(`envelope of ${decodeUtf8(body).slice(0, 40)}`);
      cursor.forEachHeader((_nameStart, _nameEnd, valueStart, valueEnd) => {
        envelope = chunk.buffer.slice(valueStart + 2, valueEnd);
      });
      const record = new Uint8Array(RECORD_HEADER_BYTES + 2 + envelope.length + body.length);
      writeU32(record, 0, record.length - 4);
      record[4] = DIALECT_NATIVE;
      writeU16(record, 6, 2);
      writeU32(record, 8, envelope.length);
      writeU48(record, 12, 0);
      record.set(envelope, RECORD_HEADER_BYTES + 2);
      record.set(body, RECORD_HEADER_BYTES + 2 + envelope.length);
      records.push(record);
      offsets.push(batchBaseOffset(chunk.buffer, at) + cursor.offsetDelta);
    }
  }
  const buffer = new Uint8Array(records.reduce((sum, record) => sum + record.length, 0));
  let at = 0;
  for (const record of records) {
    buffer.set(record, at);
    at += record.length;
  }
  return { buffer, offsets };
}
