import type {
  Binding,
  Declared,
  QueueSettings,
  QueueSettingsChange,
  QueueSpec,
  Route,
  ShareSettings,
  TopicSettings,
  TopicSpec,
} from '../broker.js';
import type { MessageHeaders } from '../routing/message-headers.js';
import { BrokerError } from '../broker-error.js';
import type { DeliveryContext } from '../delivery/delivery-context.js';
import { MessageQueue } from '../delivery/message-queue.js';
import { Partition } from '../log/partition.js';
import type { Router } from '../routing/router.js';
import type { QueueDestination } from '../routing/topology.js';
import { applyToQueue, applyToTopic } from './apply-policies.js';
import { DialectSettings } from './dialect-settings.js';
import { decodeDestination, type QueueRecord, type TopicRecord } from './destination-record.js';
import { keyNames, keyPart, type MetadataEffects } from './metadata-effects.js';
import { Parameters } from './parameters.js';
import { OPERATOR_POLICY, Policies, POLICY } from './policies.js';
import { QueueEntry } from './queue-entry.js';
import { Shares, type StoredShare } from './shares.js';
import { Streams } from './streams.js';
import { TopicEntry } from './topic-entry.js';
import { TOPIC_PERMISSION, TopicPermissions } from './topic-permissions.js';
import { VirtualHostLimits } from './virtual-host-limits.js';
import { VirtualHosts } from './virtual-hosts.js';
import { decodeUtf8, encodeUtf8 } from '../../bytes/index.js';

/** Log ids below are the shard's own: journal, shared bodies. */
const FIRST_LOG = 16;
/** Ids are reserved in the store by this many at once. */
const LOG_IDS_AHEAD = 256;

interface Names {
  readonly queues: Map<string, number>;
  readonly topics: Map<string, number>;
}

/** Queues and topics by name and by handle, of all virtual hosts, and how they are kept. */
export class Destinations {
  /** Goes up when a name appears or goes, or who may use it changes. */
  version = 0;
  readonly #context: DeliveryContext;
  readonly #metadata: MetadataEffects;
  readonly #router: Router;
  /** What administrators said of all this. */
  readonly parameters: Parameters;
  readonly policies: Policies;
  readonly limits: VirtualHostLimits;
  readonly topicPermissions: TopicPermissions;
  readonly hosts: VirtualHosts;
  /** What the dialects keep of their own. */
  readonly settings: DialectSettings;
  readonly #hosts = new Map<string, Names>();
  readonly #queues = new Map<number, QueueEntry>();
  readonly #topics = new Map<number, TopicEntry>();
  readonly #partitions = new Map<number, Partition>();
  readonly #topicIds = new Map<string, number>();
  readonly #streams = new Streams();
  #settingsChanged: (entry: QueueEntry) => void = () => {};
  readonly #shares: Shares;
  /** Queues and topics share one space of handles, as they share exchanges' bindings. */
  #nextHandle = 1;
  #nextLog = FIRST_LOG;
  #reservedLogs = FIRST_LOG;

  constructor(context: DeliveryContext, metadata: MetadataEffects, router: Router) {
    this.#context = context;
    this.#metadata = metadata;
    this.#router = router;
    this.hosts = new VirtualHosts(metadata);
    this.parameters = new Parameters(metadata);
    this.policies = new Policies(this.parameters);
    this.limits = new VirtualHostLimits(this.parameters);
    this.topicPermissions = new TopicPermissions(this.parameters);
    this.parameters.onChange((virtualHost, component) => {
      if (component === POLICY || component === OPERATOR_POLICY) this.#policiesChanged(virtualHost);
      if (component === TOPIC_PERMISSION) this.version++;
    });
    router.tables.alternateByPolicy = (virtualHost, exchange) => this.policies.alternateFor(virtualHost, exchange);
    this.settings = new DialectSettings(metadata);
    this.#shares = new Shares(context, metadata);
  }

  // ---- policies

  /** Called for each queue whose settings changed by a policy. */
  onSettingsChanged(listener: (entry: QueueEntry) => void): void {
    this.#settingsChanged = listener;
  }

  #policiesChanged(virtualHost: string): void {
    if (!this.hasVirtualHost(virtualHost)) return;
    for (const topic of this.topicsOf(virtualHost)) applyToTopic(this.policies, this.topic(topic));
    this.#router.tables.of(virtualHost).applyPolicies();
    const queues = this.queuesOf(virtualHost).map((queue) => this.queue(queue));
    const changed = queues.filter((entry) => applyToQueue(this.policies, entry));
    for (const entry of changed) this.#settingsChanged(entry);
  }

  // ---- virtual hosts

  hasVirtualHost(name: string): boolean {
    return this.hosts.get(name) !== undefined;
  }
  virtualHosts(): string[] {
    return Array.from(this.hosts.all(), (host) => host.name);
  }
  createVirtualHost(name: string): void {
    if (!this.hasVirtualHost(name)) this.hosts.put(name);
  }
  deleteVirtualHost(name: string): void {
    this.assertVirtualHost(name);
    this.hosts.delete(name);
    this.parameters.removeVirtualHost(name);
    this.#hosts.delete(name);
    this.#router.tables.remove(name);
    this.version++;
  }
  assertVirtualHost(name: string): void {
    if (!this.hasVirtualHost(name)) throw new BrokerError('not-found', `no vhost '${name}'`);
  }
  #host(name: string): Names {
    this.assertVirtualHost(name);
    let names = this.#hosts.get(name);
    if (names === undefined) {
      names = { queues: new Map(), topics: new Map() };
      this.#hosts.set(name, names);
    }
    return names;
  }

  // ---- queues

  queue(handle: number): QueueEntry {
    const entry = this.#queues.get(handle);
    if (entry === undefined) throw new BrokerError('not-found', 'the queue is gone');
    return entry;
  }
  queueOrUndefined(handle: number): QueueEntry | undefined {
    return this.#queues.get(handle);
  }
  findQueue(virtualHost: string, name: string): number {
    return this.#hosts.get(virtualHost)?.queues.get(name) ?? -1;
  }
  queuesOf(virtualHost: string): number[] {
    return [...this.#host(virtualHost).queues.values()];
  }
  allQueues(): IterableIterator<QueueEntry> {
    return this.#queues.values();
  }

  createQueue(virtualHost: string, name: string, spec: QueueSpec): QueueEntry {
    const names = this.#host(virtualHost);
    if (names.queues.has(name) || names.topics.has(name)) {
      throw new BrokerError('exists', `'${name}' in vhost '${virtualHost}' is there already`);
    }
    this.#assertRoom(virtualHost, name, names);
    const handle = this.#nextHandle++;
    const now = this.#context.nowMs;
    const declaredBy = new Map([[spec.dialect, spec.declared]]);
    let partition: Partition | undefined;
    if (spec.retainMs !== undefined) {
      partition = this.#createRetainedTopic(virtualHost, name, spec, handle).parts[0]!;
    }
    const log = this.#takeLog();
    const state = this.#createState(handle, log, spec, partition?.log ?? log);
    const entry = new QueueEntry(state, virtualHost, name, spec, declaredBy, partition?.handle ?? -1, now, now);
    this.#addQueue(entry);
    if (entry.durable) this.#metadata.put(queueKey(entry), entry.encode());
    return entry;
  }

  /** Plain queues and topics count; a retained queue's topic is the same thing once more. */
  #assertRoom(virtualHost: string, name: string, { queues, topics }: Names): void {
    if (this.limits.of(virtualHost)['max-queues'] === undefined) return;
    const alone = [...topics.values()].filter((topic) => this.topic(topic).queue < 0).length;
    if (this.limits.allows(virtualHost, 'max-queues', queues.size + alone)) return;
    const most = this.limits.of(virtualHost)['max-queues'];
    const text = `cannot declare queue '${name}': queue limit in vhost '${virtualHost}' (${most}) is reached`;
    throw new BrokerError('limit-reached', text);
  }

  #createState(
    handle: number,
    log: number,
    spec: Pick<QueueSpec, 'durable' | 'grouped' | 'settings'>,
    source: number,
  ): MessageQueue {
    return new MessageQueue(this.#context, handle, log, {
      durable: spec.durable,
      grouped: spec.grouped,
      settings: spec.settings,
      source,
    });
  }

  #addQueue(entry: QueueEntry): void {
    applyToQueue(this.policies, entry);
    this.#queues.set(entry.handle, entry);
    this.#host(entry.virtualHost).queues.set(entry.name, entry.handle);
    this.version++;
  }

  configureQueue(handle: number, dialect: number, declared: Declared, change: QueueSettingsChange): QueueEntry {
    const entry = this.queue(handle);
    entry.declaredBy.set(dialect, declared);
    const settings: { -readonly [K in keyof QueueSettings]?: QueueSettings[K] | undefined } = {
      ...entry.settings,
      ...change,
    };
    for (const key of Object.keys(change) as (keyof QueueSettings)[]) {
      if (settings[key] === undefined) delete settings[key];
    }
    entry.settings = settings as Partial<QueueSettings>;
    applyToQueue(this.policies, entry);
    entry.modifiedMs = this.#context.nowMs;
    if (entry.durable) this.#metadata.put(queueKey(entry), entry.encode());
    return entry;
  }

  removeQueue(entry: QueueEntry): void {
    this.#queues.delete(entry.handle);
    if (this.#streams.remove(entry, this.#partitions.get(entry.partition)) || this.#shares.remove(entry)) return;
    this.#host(entry.virtualHost).queues.delete(entry.name);
    this.#router.tables.of(entry.virtualHost).removeQueue(entry.handle);
    if (entry.durable) this.#metadata.remove(queueKey(entry));
    if (entry.partition >= 0) {
      const topic = this.topicOrUndefined(this.partition(entry.partition).topic);
      if (topic !== undefined) topic.queue = -1;
    }
    this.version++;
  }

  // ---- topics

  topic(handle: number): TopicEntry {
    const entry = this.#topics.get(handle);
    if (entry === undefined) throw new BrokerError('not-found', 'the topic is gone');
    return entry;
  }
  topicOrUndefined(handle: number): TopicEntry | undefined {
    return this.#topics.get(handle);
  }
  topicOfQueue(entry: QueueEntry): number {
    return this.partition(entry.partition).topic;
  }
  findTopic(virtualHost: string, name: string): number {
    return this.#hosts.get(virtualHost)?.topics.get(name) ?? -1;
  }
  findTopicById(id: string): number {
    return this.#topicIds.get(id) ?? -1;
  }
  topicsOf(virtualHost: string): number[] {
    return [...this.#host(virtualHost).topics.values()];
  }
  partition(handle: number): Partition {
    const partition = this.#partitions.get(handle);
    if (partition === undefined) throw new BrokerError('not-found', 'the partition is gone');
    return partition;
  }
  partitionOrUndefined(handle: number): Partition | undefined {
    return this.#partitions.get(handle);
  }
  partitionOfLog(log: number): Partition | undefined {
    for (const partition of this.#partitions.values()) if (partition.log === log) return partition;
    return undefined;
  }
  allPartitions(): IterableIterator<Partition> {
    return this.#partitions.values();
  }
  /** The queues that work off the partition's log: a retained queue's, streams, share groups'. */
  queuesOver(partition: Partition): QueueEntry[] {
    const over = [...this.#streams.of(partition), ...this.#shares.over(partition)];
    const retained = this.#queues.get(this.#topics.get(partition.topic)?.queue ?? -1);
    if (retained !== undefined) over.push(retained);
    return over;
  }

  openStream(partition: Partition, fromOffset: number): QueueEntry {
    const topic = this.topic(partition.topic);
    const entry = this.#streams.open(this.#context, this.#nextHandle++, topic, partition, fromOffset);
    this.#queues.set(entry.handle, entry);
    return entry;
  }

  // ---- share groups

  findShare(partition: number, group: string): number {
    return this.#shares.find(partition, group)?.handle ?? -1;
  }
  sharesOf(group: string): QueueEntry[] {
    return this.#shares.of(group);
  }

  openShare(partition: Partition, group: string, fromOffset: number, settings: ShareSettings): QueueEntry {
    const topic = this.topic(partition.topic);
    const createdMs = this.#context.nowMs;
    const handle = this.#nextHandle++;
    const log = this.#takeLog();
    const entry = this.#shares.open({ handle, log, topic, partition, group, settings, createdMs }, fromOffset);
    this.#queues.set(entry.handle, entry);
    return entry;
  }

  configureShare(handle: number, settings: ShareSettings): QueueEntry {
    const entry = this.queue(handle);
    this.#shares.configure(entry, this.partition(entry.partition), settings);
    return entry;
  }

  createTopic(virtualHost: string, name: string, spec: TopicSpec): TopicEntry {
    const names = this.#host(virtualHost);
    if (names.queues.has(name) || names.topics.has(name)) {
      throw new BrokerError('exists', `'${name}' in vhost '${virtualHost}' is there already`);
    }
    this.#assertRoom(virtualHost, name, names);
    return this.#createTopic(virtualHost, name, spec);
  }

  #createTopic(virtualHost: string, name: string, spec: TopicSpec): TopicEntry {
    const declaredBy = new Map([[spec.dialect, spec.declared]]);
    const entry = new TopicEntry(this.#nextHandle++, virtualHost, name, spec, declaredBy, this.#context.nowMs);
    for (let i = 0; i < spec.partitions; i++) this.#addPartition(entry, this.#takeLog());
    this.#addTopic(entry);
    this.#metadata.put(topicKey(entry), entry.encode());
    return entry;
  }

  #createRetainedTopic(virtualHost: string, name: string, spec: QueueSpec, queue: number): TopicEntry {
    const { retainMs, dialect, declared, settings } = spec;
    const id = this.#retainedId(virtualHost, name);
    const topicSettings: Partial<TopicSettings> = {
      retentionMs: retainMs!,
      ...(settings.durability === undefined ? {} : { durability: settings.durability }),
    };
    const topic = this.#createTopic(virtualHost, name, {
      id,
      partitions: 1,
      dialect,
      declared,
      settings: topicSettings,
    });
    topic.queue = queue;
    return topic;
  }

  /** A retained queue's topic id needs no randomness: no log is ever used twice, so its number makes it unique. */
  #retainedId(virtualHost: string, name: string): string {
    let hash = 0x811c9dc5;
    for (const unit of `${virtualHost}\0${name}`) hash = Math.imul(hash ^ unit.codePointAt(0)!, 0x01000193);
    const digits = (value: number, length: number): string => (value >>> 0).toString(16).padStart(length, '0');
    return `${digits(hash, 8)}${digits(0x4000_8000, 8)}${digits(this.#nextLog, 8)}${digits(this.#context.nowMs, 8)}`;
  }

  #addPartition(entry: TopicEntry, log: number): Partition {
    const { parts } = entry;
    const partition = new Partition(
      this.#nextHandle++,
      entry.handle,
      parts.length,
      log,
      entry.settings,
      () => this.#context.builder,
    );
    parts.push(partition);
    this.#partitions.set(partition.handle, partition);
    return partition;
  }

  #addTopic(entry: TopicEntry): void {
    applyToTopic(this.policies, entry);
    this.#topics.set(entry.handle, entry);
    this.#host(entry.virtualHost).topics.set(entry.name, entry.handle);
    this.#topicIds.set(entry.id, entry.handle);
    this.#router.tables.of(entry.virtualHost).addLogExchange(entry.name);
    this.version++;
  }

  addPartitions(handle: number, count: number): void {
    const entry = this.topic(handle);
    for (let i = 0; i < count; i++) this.#addPartition(entry, this.#takeLog());
    applyToTopic(this.policies, entry);
    this.#metadata.put(topicKey(entry), entry.encode());
    this.version++;
  }

  configureTopic(
    handle: number,
    settings: Partial<TopicSettings>,
    declared: { dialect: number; values: Declared },
  ): void {
    const entry = this.topic(handle);
    entry.settings = { ...entry.settings, ...settings };
    entry.declaredBy.set(declared.dialect, declared.values);
    applyToTopic(this.policies, entry);
    this.#metadata.put(topicKey(entry), entry.encode());
  }

  removeTopic(entry: TopicEntry): void {
    this.#topics.delete(entry.handle);
    this.#host(entry.virtualHost).topics.delete(entry.name);
    this.#topicIds.delete(entry.id);
    for (const partition of entry.parts) {
      this.#partitions.delete(partition.handle);
      this.#metadata.remove(`s/${partition.log}`);
      this.#metadata.remove(`l/${partition.log}`);
    }
    this.#router.tables.of(entry.virtualHost).removeQueue(entry.handle);
    this.#router.tables.of(entry.virtualHost).removeLogExchange(entry.name);
    this.#metadata.remove(topicKey(entry));
    this.version++;
  }

  // ---- routes

  /** The handle of the queue or topic of that name, or -1. A retained queue answers with its topic. */
  findAny(virtualHost: string, name: string): number {
    const names = this.#hosts.get(virtualHost);
    return names?.topics.get(name) ?? names?.queues.get(name) ?? -1;
  }

  nameOf(handle: number): string {
    return this.#queues.get(handle)?.name ?? this.#topics.get(handle)?.name ?? '';
  }

  route(
    virtualHost: string,
    exchange: string,
    routingKey: string,
    headers: () => MessageHeaders,
    version: number,
  ): Route {
    this.#assertPublishable(virtualHost, exchange);
    const handles = this.#router.reach(virtualHost, exchange, routingKey, headers, (name) =>
      this.findAny(virtualHost, name),
    );
    const cacheable = exchange === '' || this.#router.lastCacheable;
    return { version, cacheable, exchange, routingKey, ...this.#sorted(handles) };
  }

  routeCopies(
    virtualHost: string,
    exchange: string,
    routingKeys: readonly [string, ...string[]],
    headers: () => MessageHeaders,
    version: number,
  ): Route {
    this.#assertPublishable(virtualHost, exchange);
    const find = (name: string) => this.findAny(virtualHost, name);
    const handles = this.#router.reachAll(virtualHost, exchange, routingKeys, headers, find);
    return { version, cacheable: false, exchange, routingKey: routingKeys[0], ...this.#sorted(handles) };
  }

  #assertPublishable(virtualHost: string, exchange: string): void {
    if (exchange === '') return;
    const info = this.#router.tables.of(virtualHost).get(exchange);
    if (info === undefined) throw new BrokerError('not-found', `no exchange '${exchange}' in vhost '${virtualHost}'`);
    if (info.internal) {
      throw new BrokerError(
        'access-refused',
        `cannot publish to internal exchange '${exchange}' in vhost '${virtualHost}'`,
      );
    }
  }

  /** A retained queue is reached as its topic. */
  #sorted(handles: readonly number[]): { queues: number[]; topics: number[] } {
    const queues: number[] = [];
    const topics: number[] = [];
    for (const handle of handles) {
      const queue = this.#queues.get(handle);
      if (queue === undefined) topics.push(handle);
      else if (queue.partition >= 0) topics.push(this.topicOfQueue(queue));
      else queues.push(handle);
    }
    return { queues, topics };
  }

  routeToQueue(handle: number, version: number): Route {
    const entry = this.queue(handle);
    const topics = entry.partition >= 0 ? [this.topicOfQueue(entry)] : [];
    const queues = entry.partition >= 0 ? [] : [handle];
    return { version, cacheable: true, exchange: '', routingKey: entry.name, queues, topics };
  }

  routeToTopic(handle: number, version: number): Route {
    return {
      version,
      cacheable: true,
      exchange: '',
      routingKey: this.topic(handle).name,
      queues: [],
      topics: [handle],
    };
  }

  /** What a binding to a queue leads to; undefined when the name is unknown. */
  bindable(virtualHost: string, binding: Pick<Binding, 'kind' | 'destination'>): QueueDestination | undefined {
    if (binding.kind !== 'queue') return undefined;
    const name = binding.destination;
    const queue = this.findQueue(virtualHost, name);
    if (queue >= 0) return { kind: 'queue', handle: queue, name, durable: this.queue(queue).durable };
    const topic = this.findTopic(virtualHost, name);
    return topic < 0 ? undefined : { kind: 'queue', handle: topic, name, durable: true };
  }

  // ---- logs and restoring

  #takeLog(): number {
    if (this.#nextLog >= this.#reservedLogs) {
      this.#reservedLogs = this.#nextLog + LOG_IDS_AHEAD;
      this.#metadata.put('c/logs', encodeUtf8(String(this.#reservedLogs)));
    }
    return this.#nextLog++;
  }

  /** Takes one entry of the metadata store; false when it is not of this kind. Virtual hosts come first, then topics. */
  restore(key: string, value: Uint8Array): boolean {
    if (key === 'c/logs') {
      this.#nextLog = this.#reservedLogs = Number(decodeUtf8(value));
      return true;
    }
    if (this.hosts.restore(key, value) || this.parameters.restore(key, value)) return true;
    if (this.settings.restore(key, value)) return true;
    const share = Shares.read(key, value);
    if (share !== undefined) this.#restoreShare(share);
    else if (key.startsWith('k/')) this.#restoreTopic(key, decodeDestination<TopicRecord>(value));
    else if (key.startsWith('q/')) this.#restoreQueue(key, decodeDestination<QueueRecord>(value));
    else return false;
    return true;
  }

  #restoreTopic(key: string, record: TopicRecord): void {
    const [virtualHost, name] = keyNames(key) as [string, string];
    const entry = new TopicEntry(
      this.#nextHandle++,
      virtualHost,
      name,
      record,
      new Map(record.declaredBy),
      record.createdMs,
    );
    for (const log of record.logs) this.#addPartition(entry, log);
    this.#addTopic(entry);
  }

  #restoreShare(share: StoredShare): void {
    const partition = this.partitionOfLog(share.partitionLog);
    if (partition === undefined)
      throw new RangeError(`a share of log ${share.partitionLog}, which belongs to no topic`);
    const { log, group, createdMs } = share;
    const topic = this.topic(partition.topic);
    const handle = this.#nextHandle++;
    const entry = this.#shares.restore({ handle, log, topic, partition, group, settings: share, createdMs });
    this.#queues.set(entry.handle, entry);
  }

  #restoreQueue(key: string, record: QueueRecord): void {
    const [virtualHost, name] = keyNames(key) as [string, string];
    const spec = { ...record, retainMs: record.retainMs, durable: true, owner: 0 };
    const topic = record.retainMs === undefined ? -1 : this.findTopic(virtualHost, name);
    const partition = topic < 0 ? undefined : this.topic(topic).parts[0]!;
    const handle = this.#nextHandle++;
    const state = this.#createState(handle, record.log, spec, partition?.log ?? record.log);
    const entry = new QueueEntry(
      state,
      virtualHost,
      name,
      spec,
      new Map(record.declaredBy),
      partition?.handle ?? -1,
      record.createdMs,
      record.modifiedMs,
    );
    this.#addQueue(entry);
    if (topic >= 0) this.topic(topic).queue = handle;
  }
}

function queueKey(entry: { virtualHost: string; name: string }): string {
  return `q/${keyPart(entry.virtualHost)}/${keyPart(entry.name)}`;
}

function topicKey(entry: { virtualHost: string; name: string }): string {
  return `k/${keyPart(entry.virtualHost)}/${keyPart(entry.name)}`;
}
