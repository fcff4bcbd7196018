import { batchNextOffset } from '../../../bytes/index.js';
import { BrokerError, type PartitionState, type TopicInfo } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import type { Call } from '../handler.js';
import type { fetch } from '../schema/fetch.js';
import { Operation } from '../security/acl.js';
import { batchForReaders } from '../records/translate-batch.js';
import { leaderEpochFault } from '../topics/leader-epoch.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';
import type { ByteSlice } from '../wire/wire-reader.js';
import type { AskedPartition, FetchView, PartitionAnswer } from './fetch-view.js';

type Request = RequestOf<typeof fetch>;
type Answer = ResponseOf<typeof fetch>;

const READ_COMMITTED = 1;
/** No client waits longer for good reason, and a timer takes no more than 2^31 - 1. */
const MAX_WAIT_MS = 600_000;

/** One partition of the request and what has been read for it so far. */
interface Reading {
  readonly asked: AskedPartition;
  /** -1 where `errorCode` says why nothing can be read. */
  readonly handle: number;
  errorCode: number;
  nextOffset: number;
  readonly batches: ByteSlice[];
  sizeBytes: number;
}

/**
 * A fetch request under way. It is answered when enough bytes have been gathered, when something is wrong with one of
 * its partitions, or when its time is over; until then it waits for its partitions to move. What was read is kept
 * while it waits, so nothing is read twice.
 */
export class PendingFetch {
  readonly #services: FrontServices;
  readonly #request: Request;
  readonly #call: Call<typeof fetch>;
  readonly #view: FetchView;
  /** As in the view: topics, and partitions within each. */
  readonly #readings: Reading[][];
  /** The same in the order in which they are read. */
  readonly #inTurn: readonly Reading[];
  readonly #readCommitted: boolean;
  readonly #maxBytes: number;
  #gatheredBytes = 0;
  #done = false;
  #reading = false;
  /** Something moved while a read was under way. */
  #movedMeanwhile = false;
  #timer: NodeJS.Timeout | undefined;
  #stopWatching: (() => void)[] = [];

  /** @param turn a number that grows from fetch to fetch: partitions take turns in being read first */
  constructor(services: FrontServices, request: Request, view: FetchView, call: Call<typeof fetch>, turn: number) {
    this.#services = services;
    this.#request = request;
    this.#call = call;
    this.#view = view;
    this.#readCommitted = request.isolationLevel === READ_COMMITTED;
    this.#maxBytes = Math.min(request.maxBytes, services.options.maxFetchBytes);
    this.#readings = view.topics.map(({ topic: name, topicId, partitions }) => {
      const found = call.version >= 13 ? services.topics.findById(topicId) : services.topics.find(name);
      return partitions.map((asked) =>
        found.topic === undefined ? unreadable(asked, found.errorCode) : this.#begin(found.topic, asked),
      );
    });
    // Whoever is always read last would starve behind partitions that always have enough.
    this.#inTurn = rotated(this.#readings.flat(), turn);
  }

  /** Answers at once when it can; else waits. Rejects only for what no answer can express. */
  async run(): Promise<void> {
    await this.#read();
    if (this.#done) return;
    const { host } = this.#services;
    this.#timer = setTimeout(
      () => {
        host.enter();
        this.#answer();
      },
      Math.min(this.#request.maxWaitMs, MAX_WAIT_MS),
    );
    this.#call.onAbandoned(() => this.#finish());
    this.#stopWatching = this.#inTurn.map(({ handle }) => host.watchPartition(handle, () => this.#onMoved()));
    // What moved between the read and the watching is seen now.
    this.#onMoved();
  }

  #begin(topic: TopicInfo, asked: AskedPartition): Reading {
    const state = this.#services.topics.partition(topic, asked.partition);
    if (state === undefined) return unreadable(asked, ErrorCode.unknownTopicOrPartition);
    if (!this.#services.access.mayTopic(this.#call.connection, Operation.read, topic.name)) {
      return unreadable(asked, ErrorCode.topicAuthorizationFailed);
    }
    const epochFault = leaderEpochFault(state, asked.currentLeaderEpoch);
    if (epochFault !== undefined) return unreadable(asked, epochFault);
    if (asked.fetchOffset < state.logStart || asked.fetchOffset > state.highWatermark) {
      return unreadable(asked, ErrorCode.offsetOutOfRange);
    }
    const { handle } = state;
    return { asked, handle, errorCode: ErrorCode.none, nextOffset: asked.fetchOffset, batches: [], sizeBytes: 0 };
  }

  /** A partition moved, or is gone: reading finds out. */
  #onMoved(): void {
    if (this.#done) return;
    if (this.#reading) {
      this.#movedMeanwhile = true;
      return;
    }
    this.#read().catch((error: unknown) => {
      this.#finish();
      this.#call.connection.fail(`a fetch failed: ${String(error)}`);
    });
  }

  /** Reads what there is to read, and answers when that is enough. */
  async #read(): Promise<void> {
    this.#reading = true;
    do {
      this.#movedMeanwhile = false;
      for (const reading of this.#inTurn) {
        if (this.#gatheredBytes >= this.#maxBytes) break;
        await this.#readPartition(reading);
      }
    } while (this.#movedMeanwhile && !this.#done && !this.#isEnough());
    this.#reading = false;
    if (!this.#done && this.#isEnough()) this.#answer();
  }

  async #readPartition(reading: Reading): Promise<void> {
    const roomBytes = Math.min(
      reading.asked.partitionMaxBytes - reading.sizeBytes,
      this.#maxBytes - this.#gatheredBytes,
    );
    if (reading.errorCode !== ErrorCode.none || (roomBytes <= 0 && this.#gatheredBytes > 0)) return;
    try {
      const upTo = this.#readableEnd(this.#services.host.broker.partition(reading.handle));
      if (reading.nextOffset >= upTo) return;
      const { handle, nextOffset } = reading;
      const batches = await this.#services.host.readBatches(handle, nextOffset, upTo, Math.max(roomBytes, 1));
      for (const stored of batches) {
        const batch = await batchForReaders(stored, this.#services.translate);
        reading.batches.push({ buffer: batch, start: 0, end: batch.length });
        reading.sizeBytes += batch.length;
        this.#gatheredBytes += batch.length;
        reading.nextOffset = batchNextOffset(batch, 0);
      }
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      reading.errorCode = this.#codeOf(error);
    }
  }

  /** A topic that is gone is asked for again by what it was asked for. */
  #codeOf(error: BrokerError): number {
    if (error.kind !== 'not-found') return codeOf(error.kind);
    return this.#call.version >= 13 ? ErrorCode.unknownTopicId : ErrorCode.unknownTopicOrPartition;
  }

  #readableEnd(state: PartitionState): number {
    return this.#readCommitted ? state.lastStable : state.highWatermark;
  }

  #isEnough(): boolean {
    const { maxWaitMs, minBytes } = this.#request;
    return (
      maxWaitMs <= 0 ||
      this.#gatheredBytes >= minBytes ||
      this.#gatheredBytes >= this.#maxBytes ||
      this.#inTurn.length === 0 ||
      this.#inTurn.some(({ errorCode }) => errorCode !== ErrorCode.none)
    );
  }

  #answer(): void {
    if (this.#done) return;
    this.#finish();
    const view = this.#view;
    const responses: Answer['responses'][number][] = [];
    for (const [index, { topic, topicId }] of view.topics.entries()) {
      const partitions: PartitionAnswer[] = [];
      for (const reading of this.#readings[index]) {
        const answer = this.#describe(reading);
        if (view.shows(reading.asked, answer)) partitions.push(answer);
      }
      if (partitions.length > 0) responses.push({ topic, topicId, partitions });
    }
    this.#call.charge('fetch', this.#gatheredBytes);
    this.#call.respond({ errorCode: ErrorCode.none, sessionId: view.sessionId, responses });
  }

  #describe(reading: Reading): PartitionAnswer {
    const partitionIndex = reading.asked.partition;
    const failed = (errorCode: number): PartitionAnswer => ({
      partitionIndex,
      errorCode,
      highWatermark: -1,
      abortedTransactions: this.#readCommitted ? [] : null,
      records: NO_RECORDS,
    });
    if (reading.errorCode !== ErrorCode.none) return failed(reading.errorCode);
    try {
      const { highWatermark, lastStable, logStart } = this.#services.host.broker.partition(reading.handle);
      return {
        partitionIndex,
        errorCode: ErrorCode.none,
        highWatermark,
        lastStableOffset: lastStable,
        logStartOffset: logStart,
        abortedTransactions: this.#readCommitted ? this.#abortedIn(reading) : null,
        records: reading.batches,
      };
    } catch (error) {
      if (error instanceof BrokerError) return failed(this.#codeOf(error));
      throw error;
    }
  }

  /** Whose records in what was read are to be skipped, from which offset on. */
  #abortedIn({ handle, asked, nextOffset }: Reading) {
    return this.#services.host.broker
      .abortedTransactions(handle, asked.fetchOffset, nextOffset)
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
  }

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stopWatching) stop();
    this.#stopWatching = [];
  }
}

const NO_RECORDS: readonly ByteSlice[] = [];

function unreadable(asked: AskedPartition, errorCode: number): Reading {
  return { asked, handle: -1, errorCode, nextOffset: asked.fetchOffset, batches: [], sizeBytes: 0 };
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return start === 0 ? items : [...items.slice(start), ...items.slice(0, start)];
}
