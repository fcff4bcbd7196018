import { randomUUID } from 'node:crypto';
import {
  batchMaxTimestampMs,
  batchNextOffset,
  batchBaseOffset,
  batchRecordCount,
  placeBatch,
} from '../../../bytes/index.js';
import {
  type Broker,
  BrokerError,
  type Declared,
  GroupCoordinator,
  type Host,
  type PartitionState,
  type TopicInfo,
  type TopicSettings,
  type TopicSpec,
  type Transactions,
} from '../../../core/index.js';
import type { GroupAccess, GroupAnswers } from '../groups/group-access.js';

interface MemoryPartition {
  readonly topic: number;
  readonly index: number;
  batches: Uint8Array[];
  logStart: number;
  highWatermark: number;
  end: number;
  leaderEpoch: number;
  readonly watchers: Set<() => void>;
}

/**
 * As much of a host as this front needs, in memory: topics, appends that become stable a little later, and groups.
 * What it has not is left out of the broker on purpose, so a call to it fails loudly.
 */
export class MemoryHost {
  readonly logged: string[] = [];
  readonly groups: GroupAccess;
  /** Flushes become stable only by {@link settle} while this is set. */
  held = false;
  readonly #topics = new Map<number, TopicInfo>();
  readonly #partitions = new Map<number, MemoryPartition>();
  #lastHandle = 0;
  #flush = 1;
  #stable = 0;
  #scheduled = false;
  /** Whether anything waits for the flush that is gathering. */
  #pending = false;
  #storedIn = 0;
  #waiting: { readonly flush: number; readonly callback: () => void }[] = [];
  #answers: GroupAnswers | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    const coordinator = new GroupCoordinator({
      joined: (token, answer) => this.#answers?.joined(token, answer),
      synced: (token, answer) => this.#answers?.synced(token, answer),
      put: () => this.#store(),
      remove: () => this.#store(),
    });
    const storedIn = () => this.#storedIn;
    let lastProducerId = 0;
    // Transactions are tested where there is a store to commit to; here nobody has begun one.
    const unknown = { error: 'invalid-producer-mapping' as const, producerId: -1, epoch: -1 };
    const transactions = {
      initProducer: () => ({ error: 'none', producerId: ++lastProducerId, epoch: 0 }),
      addPartitions: () => unknown.error,
      addOffsets: () => unknown.error,
      commitOffsets: () => unknown.error,
      end: () => unknown,
      describe: () => undefined,
      list: () => [],
      producersOf: () => [],
      placeOf: () => undefined,
    } as unknown as Transactions;
    this.groups = {
      coordinator,
      transactions,
      get storedIn() {
        return storedIn();
      },
      answerTo: (answers) => {
        this.#answers = answers;
      },
    };
    this.#timer = setInterval(() => coordinator.expire(Date.now()), 20);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Makes everything stable that was done up to now. */
  settle(): void {
    this.#stable = this.#flush++;
    this.#broker.flush = this.#flush;
    this.#pending = false;
    for (const partition of this.#partitions.values()) {
      if (partition.highWatermark === partition.end) continue;
      partition.highWatermark = partition.end;
      for (const watcher of partition.watchers) watcher();
    }
    const due = this.#waiting.filter(({ flush }) => flush <= this.#stable);
    this.#waiting = this.#waiting.filter(({ flush }) => flush > this.#stable);
    for (const { callback } of due) callback();
  }

  readonly #broker = {
    nowMs: 0,
    flush: 1,
    topologyVersion: 0,
    hasVirtualHost: () => true,
    mayEnter: (user: string) => user !== 'stranger',
    allowed: (user: string, _virtualHost: string, operation: string) => user !== 'reader' || operation === 'read',
    findQueue: (_virtualHost: string, name: string) => (name === 'plain-queue' ? 1 : -1),
    createTopic: (virtualHost: string, name: string, spec: TopicSpec) => this.#createTopic(virtualHost, name, spec),
    findTopic: (_virtualHost: string, name: string) => this.#find((topic) => topic.name === name),
    findTopicById: (id: string) => this.#find((topic) => topic.id === id),
    topic: (handle: number) => this.#topics.get(handle),
    topics: () => [...this.#topics.keys()],
    deleteTopic: (handle: number) => this.#deleteTopic(handle),
    addPartitions: (handle: number, count: number) => this.#addPartitions(handle, count),
    configureTopic: (
      handle: number,
      settings: Partial<TopicSettings>,
      declared: { dialect: number; values: Declared },
    ) => this.#configure(handle, settings, declared),
    deleteRecords: (handle: number, before: number) => this.#deleteRecords(handle, before),
    partition: (handle: number) => this.#state(handle),
    abortedTransactions: () => [],
    appendBatch: (handle: number, batch: Uint8Array) => this.#append(handle, batch),
  };

  readonly host: Host = {
    broker: this.#broker as unknown as Broker,
    enter: () => {
      this.#broker.nowMs = Date.now();
    },
    whenStable: (flush: number, callback: () => void) => {
      if (flush <= this.#stable || (flush === this.#flush && !this.#pending)) callback();
      else this.#waiting.push({ flush, callback });
    },
    onStable: () => {},
    congested: false,
    full: false,
    onFullChanged: () => {},
    whenRelieved: (callback: () => void) => callback(),
    watchPartition: (handle: number, listener: () => void) => {
      const partition = this.#partitions.get(handle);
      partition?.watchers.add(listener);
      return () => partition?.watchers.delete(listener);
    },
    readBatches: (handle: number, from: number, upTo: number, maxBytes: number) =>
      Promise.resolve(this.#read(handle, from, upTo, maxBytes)),
    findBatchByTimestamp: (handle: number, timestampMs: number) => {
      const { batches, highWatermark } = this.#known(handle);
      const stable = batches.filter((batch) => batchBaseOffset(batch, 0) < highWatermark);
      return Promise.resolve(stable.find((batch) => batchMaxTimestampMs(batch, 0) >= timestampMs));
    },
    findOffsetByTimestamp: () => Promise.reject(new Error('Kafka reads batches, not records')),
    newOwner: () => 1,
    releaseOwner: () => {},
    authenticate: (user: string, password: string) => Promise.resolve(password === `${user}-secret` ? user : undefined),
    randomUuid: () => randomUUID(),
    clusterId: new Uint8Array(16).fill(7),
    log: (level, message, fields) => {
      this.logged.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
    },
  };

  watcherCount(topicName: string): number {
    const topic = this.#topics.get(this.#find(({ name }) => name === topicName));
    const handles = topic?.partitionHandles ?? [];
    return handles.reduce((sum, handle) => sum + this.#known(handle).watchers.size, 0);
  }

  /** Appends as the core does for other dialects, to the first partition. */
  appendTo(topicName: string, batch: Uint8Array): void {
    const topic = this.#topics.get(this.#find(({ name }) => name === topicName));
    this.#append(topic?.partitionHandles[0] ?? -1, batch);
    this.settle();
  }

  /** For tests that raise the epoch, as an unclean stop does. */
  setLeaderEpoch(topicName: string, epoch: number): void {
    const topic = this.#topics.get(this.#find(({ name }) => name === topicName));
    for (const handle of topic?.partitionHandles ?? []) this.#known(handle).leaderEpoch = epoch;
  }

  #store(): void {
    this.#storedIn = this.#flush;
    this.#changed();
  }

  #changed(): void {
    this.#pending = true;
    if (this.held || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.settle();
    });
  }

  #find(matches: (topic: TopicInfo) => boolean): number {
    for (const topic of this.#topics.values()) if (matches(topic)) return topic.handle;
    return -1;
  }

  #createTopic(virtualHost: string, name: string, spec: TopicSpec): number {
    const handle = ++this.#lastHandle;
    this.#broker.topologyVersion++;
    const topic = {
      ...spec,
      handle,
      virtualHost,
      name,
      createdMs: Date.now(),
      declaredBy: new Map([[spec.dialect, spec.declared]]),
      partitionHandles: [] as number[],
      queue: -1,
    };
    this.#topics.set(handle, topic);
    this.#addPartitions(handle, spec.partitions);
    return handle;
  }

  #addPartitions(handle: number, count: number): void {
    const topic = this.#topics.get(handle);
    const handles = topic?.partitionHandles as number[];
    const wanted = handles.length + count;
    while (handles.length < wanted) {
      const partition = ++this.#lastHandle;
      this.#partitions.set(partition, {
        topic: handle,
        index: handles.length,
        batches: [],
        logStart: 0,
        highWatermark: 0,
        end: 0,
        leaderEpoch: 0,
        watchers: new Set(),
      });
      handles.push(partition);
    }
    this.#changed();
  }

  #deleteTopic(handle: number): void {
    const gone = this.#topics.get(handle)?.partitionHandles ?? [];
    this.groups.coordinator.offsets.dropTopic(this.#topics.get(handle)?.id ?? '');
    this.#topics.delete(handle);
    for (const partition of gone) {
      const watchers = this.#partitions.get(partition)?.watchers ?? new Set();
      this.#partitions.delete(partition);
      for (const watcher of watchers) setImmediate(watcher);
    }
    this.#changed();
  }

  #configure(
    handle: number,
    settings: Partial<TopicSettings>,
    { dialect, values }: { dialect: number; values: Declared },
  ): void {
    const topic = this.#topics.get(handle);
    if (topic === undefined) return;
    const declaredBy = new Map(topic.declaredBy).set(dialect, values);
    this.#topics.set(handle, { ...topic, declaredBy, settings: { ...topic.settings, ...settings } });
    this.#changed();
  }

  #deleteRecords(handle: number, before: number): number {
    const partition = this.#known(handle);
    if (before > partition.highWatermark) throw new BrokerError('offset-out-of-range', `${before} is too far`);
    partition.logStart = before < 0 ? partition.highWatermark : before;
    this.#changed();
    return partition.logStart;
  }

  #known(handle: number): MemoryPartition {
    const partition = this.#partitions.get(handle);
    if (partition === undefined) throw new BrokerError('not-found', `no partition ${handle}`);
    return partition;
  }

  #state(handle: number): PartitionState {
    const { topic, index, logStart, highWatermark, end, leaderEpoch } = this.#known(handle);
    return {
      handle,
      topic,
      index,
      log: handle,
      logStart,
      highWatermark,
      lastStable: highWatermark,
      end,
      leaderEpoch,
      streams: 0,
    };
  }

  #append(handle: number, batch: Uint8Array) {
    const partition = this.#known(handle);
    const baseOffset = partition.end;
    placeBatch(batch, 0, baseOffset, partition.leaderEpoch);
    partition.batches.push(batch);
    partition.end += batchRecordCount(batch, 0);
    this.#changed();
    return { baseOffset, duplicate: false, flush: this.#flush, logStart: partition.logStart, appendTimeMs: -1 };
  }

  #read(handle: number, from: number, upTo: number, maxBytes: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    let sizeBytes = 0;
    for (const batch of this.#known(handle).batches) {
      if (batchNextOffset(batch, 0) <= from || batchBaseOffset(batch, 0) >= upTo) continue;
      if (found.length > 0 && sizeBytes + batch.length > maxBytes) break;
      found.push(batch);
      sizeBytes += batch.length;
    }
    return found;
  }
}
