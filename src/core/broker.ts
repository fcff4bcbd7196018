import type { AbortedTransaction } from './log/producer-table.js';
import type { BrokerErrorKind } from './broker-error.js';
import type { Delivery, Outgoing, PublishOutcome } from './message.js';
import type { ExchangeNotes } from './routing/exchange-notes.js';
import type { MessageHeaders } from './routing/message-headers.js';

/**
 * The broker as the fronts see it: a deterministic state machine. Every command runs to its end at once and throws
 * {@link BrokerError}; time stands still during a batch of commands (see {@link Host.enter}). Handles (queues,
 * partitions, sessions, exchanges) are integers that are never reused while the process lives.
 *
 * Durability: the effects of a command belong to the flush that is gathering. An answer that promises durability is
 * sent when that flush is stable: remember `broker.flush` after the command and use {@link Host.whenStable}.
 */
export interface Broker {
  /** ms since the epoch, as of this batch; never goes back. */
  readonly nowMs: number;
  /** The number of the flush that is gathering: what to wait for after a command that changed something. */
  readonly flush: number;
  /** The newest stable flush. */
  readonly stableFlush: number;

  // ---- virtual hosts and permissions
  hasVirtualHost(name: string): boolean;
  virtualHosts(): readonly string[];
  createVirtualHost(name: string): void;
  deleteVirtualHost(name: string): void;
  /** RabbitMQ's three operations over a resource name; `user` as the authenticator returned it. */
  allowed(user: string, virtualHost: string, operation: 'configure' | 'write' | 'read', resource: string): boolean;
  /** RabbitMQ's permissions over the routing keys of a topic exchange: who has none there may use all. */
  topicAllowed(
    user: string,
    virtualHost: string,
    exchange: string,
    operation: 'write' | 'read',
    routingKey: string,
  ): boolean;
  /** May the user enter the virtual host at all? */
  mayEnter(user: string, virtualHost: string): boolean;

  // ---- queues (plain and retained)
  /** Throws `exists` when the name is taken by a queue or a topic, `invalid-name`, `invalid-argument`. */
  createQueue(virtualHost: string, name: string, spec: QueueSpec): number;
  /** The handle, or -1. A retained queue is found here and by {@link findTopic}. */
  findQueue(virtualHost: string, name: string): number;
  queue(queue: number): QueueInfo;
  queues(virtualHost: string): readonly number[];
  /**
   * Adds what another dialect declares of an existing queue, or changes settings: the last explicit one wins. `declared`
   * replaces what the dialect declared before; a setting given as undefined is unset, one not given stays.
   */
  configureQueue(queue: number, dialect: number, declared: Declared, settings: QueueSettingsChange): void;
  /** Returns the count of ready messages that went with it. Throws `in-use`, `not-empty`. Subscribers get `cancelled`. */
  deleteQueue(queue: number, conditions?: { ifUnused?: boolean; ifEmpty?: boolean }): number;
  /** Removes what is ready (and, when `everything`, what is in flight or delayed too). Returns the count. */
  purgeQueue(queue: number, everything?: boolean): number;
  counts(queue: number): QueueCounts;
  /** Somebody asked for the queue: `expiresMs` begins anew. */
  touchQueue(queue: number): void;

  // ---- topics
  createTopic(virtualHost: string, name: string, spec: TopicSpec): number;
  /** The topic's handle, or -1. */
  findTopic(virtualHost: string, name: string): number;
  findTopicById(id: string): number;
  topic(topic: number): TopicInfo;
  topics(virtualHost: string): readonly number[];
  configureTopic(
    topic: number,
    settings: Partial<TopicSettings>,
    declared: { dialect: number; values: Declared },
  ): void;
  addPartitions(topic: number, count: number): void;
  deleteTopic(topic: number): void;
  /** Where a partition stands. One reused object, valid until the next command. */
  partition(partition: number): PartitionState;
  /**
   * Appends one Kafka v2 record batch as it came: `payload` must be exactly the batch (its header validated by the
   * caller: length, magic, count, CRC) and is owned by the broker from here on; base offset and leader epoch are
   * written into it. Producer state (idempotence, transactions) is checked: `out-of-order`, `producer-fenced`,
   * `invalid-transaction-state`, `not-found`, `full`. One reused answer object, valid until the next command.
   */
  appendBatch(partition: number, payload: Uint8Array): AppendOutcome;
  /**
   * A stream: a queue over a partition's log for one reader, from `fromOffset` on, or from the log's start where that
   * is above. It goes along with what becomes stable (and is not held back by a transaction); a delivery's `seq` is its
   * offset, and however it is settled, the record stays in the log. Nobody finds or lists it, nothing of it is kept:
   * {@link deleteQueue} ends it, and so does the end of its partition. Throws `not-found`.
   */
  openStream(partition: number, fromOffset: number): number;
  /**
   * A share group's delivery state over one partition: a queue like any other, worked off with the same verbs, whose
   * sequences are the offsets. It begins at `fromOffset`, or at the log's start where that is above, follows the log's
   * retention, survives a restart, and ends with {@link deleteQueue} or with its topic. Throws `exists`, `not-found`.
   */
  openShare(partition: number, group: string, fromOffset: number, settings: ShareSettings): number;
  /** The handle, or -1. */
  findShare(partition: number, group: string): number;
  /** Of all partitions that the group works off: {@link QueueInfo.partition} says which. */
  sharesOf(group: string): readonly number[];
  configureShare(queue: number, settings: ShareSettings): void;
  /** The lowest sequence of the queue that is not settled; its end when all are. */
  firstUnsettled(queue: number): number;
  /** Aborted transactions with records in [from, to), by first offset: what readers of committed data skip. */
  abortedTransactions(partition: number, from: number, to: number): readonly AbortedTransaction[];
  /** Moves the log start; -1 means up to the stable end. Returns the new start. */
  deleteRecords(partition: number, beforeOffset: number): number;

  // ---- exchanges and bindings
  createExchange(virtualHost: string, name: string, spec: ExchangeSpec): void;
  exchange(virtualHost: string, name: string): ExchangeInfo | undefined;
  exchanges(virtualHost: string): readonly string[];
  deleteExchange(virtualHost: string, name: string, ifUnused: boolean): void;
  bind(virtualHost: string, binding: Binding): void;
  unbind(virtualHost: string, binding: Binding): void;
  bindings(virtualHost: string): readonly Binding[];

  // ---- publishing
  /** Goes up whenever a cached {@link Route}, or the permission to use it, may have become wrong. */
  readonly topologyVersion: number;
  /**
   * Where a publish would go. `headers` is asked only when an exchange on the way needs it. The route may be kept
   * and used again as long as its `version` equals {@link topologyVersion} and `cacheable` is true. Throws
   * `not-found` for a missing exchange, `access-refused` for an internal one.
   */
  route(virtualHost: string, exchange: string, routingKey: string, headers: () => MessageHeaders): Route;
  /**
   * The same for a message with several routing keys (RabbitMQ's CC and BCC), of which the first is its own: at every
   * exchange a binding matches when any of them does. Never to be kept.
   */
  routeCopies(
    virtualHost: string,
    exchange: string,
    routingKeys: readonly [string, ...string[]],
    headers: () => MessageHeaders,
  ): Route;
  /** A route to one queue or topic, for dialects that address destinations. */
  routeToQueue(queue: number): Route;
  routeToTopic(topic: number): Route;
  publish(route: Route, message: Outgoing): PublishOutcome;

  // ---- consuming
  /** A session groups deliveries under one counter: an AMQP channel, an SQS connection, a share-group member. */
  openSession(sink: SessionSink): number;
  /** Releases all it holds (in place, marked redelivered), ends its subscriptions, deletes auto-delete queues left. */
  closeSession(session: number): void;
  /** Push. Deliveries may begin during the call. Throws `exclusive-use`, `not-found`. Returns a subscription handle. */
  subscribe(session: number, queue: number, options: SubscribeOptions): number;
  unsubscribe(subscription: number): void;
  /** Limits over all subscriptions of the session; 0: none. */
  setSessionCredit(session: number, messages: number): void;
  /** Back-pressure: while paused nothing is pushed to the session. */
  setPaused(session: number, paused: boolean): void;
  /**
   * Pull up to `max` messages: delivered through the sink, then `acquired(token, count)`, during this call when the
   * bodies are in memory, later when they must be read, or when a message becomes ready within `waitMs`.
   */
  acquire(session: number, queue: number, options: AcquireOptions): void;
  /** Ends an acquire that is still waiting or reading; nothing will be delivered for it. */
  cancelAcquire(session: number, token: number): void;

  /** The delivery ids in [from, to] that are in flight in the session, for dialects that settle later than they are told to. */
  inFlight(session: number, from: number, to: number): readonly number[];
  /** Throws `unknown-delivery` when `deliveryId` is not in flight in this session. multiple: all up to it; id 0: all. */
  acknowledge(session: number, deliveryId: number, multiple: boolean): void;
  /**
   * Back to where it was, marked redelivered, after `delayMs`; left out: after the queue's `retryDelay`. Past its delivery
   * limit it is dead-lettered.
   */
  release(session: number, deliveryId: number, multiple: boolean, delayMs?: number): void;
  /** Dead-letters, or drops where there is no dead-letter target. */
  reject(session: number, deliveryId: number, multiple: boolean): void;

  // the same by what a receipt handle carries, whoever holds it
  /** True when it was there. `attempts` older than the current one is fine on a standard queue; see `strict`. */
  acknowledgeMessage(queue: number, seq: number, attempts: number, strict: boolean): MessageHold;
  /** Sets the deadline to now + visibilityMs; 0 releases. Not `strict`: whichever attempt holds the message now. */
  extendMessage(queue: number, seq: number, attempts: number, visibilityMs: number, strict: boolean): MessageHold;
  /** Dead-letters, or drops where there is no dead-letter target. */
  rejectMessage(queue: number, seq: number, attempts: number, strict: boolean): MessageHold;

  // ---- looking without touching
  /** Descriptors from `fromSeq` on, in sequence order; no delivery state changes. */
  peek(queue: number, state: MessageState | 'any', fromSeq: number, limit: number): readonly PeekedMessage[];
}

/** Answer of commands by receipt handle. `expired`: known, but the hold has ended or was taken by a later attempt. */
export type MessageHold = 'held' | 'expired' | 'gone';

export type MessageState = 'ready' | 'in-flight' | 'delayed';

export interface PeekedMessage {
  readonly seq: number;
  readonly state: MessageState;
  readonly attempts: number;
  /** When in flight with a deadline, or delayed: ms since the epoch; 0: none. */
  readonly dueMs: number;
}

export interface SessionSink {
  /**
   * One message for a subscription or acquire. Must not call back into the broker. Returns false when the receiver
   * cannot take more for now: the session counts as paused until `setPaused(session, false)`.
   */
  deliver(delivery: Delivery): boolean;
  /** An acquire is over; `count` messages were delivered for it. `gone`: its queue was deleted. */
  acquired(token: number, count: number, gone: boolean): void;
  /** A subscription ended because its queue is gone. */
  cancelled(token: number): void;
}

export interface SubscribeOptions {
  /** Returned in each {@link Delivery}. */
  readonly token: number;
  /** Messages in flight at most; 0: no limit. */
  readonly credit: number;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  /** Higher first; 0 is the usual. */
  readonly priority: number;
}

export interface AcquireOptions {
  readonly token: number;
  readonly max: number;
  readonly noAck: boolean;
  /** The hold's length, ms; undefined: held until the session settles it or ends (AMQP). 0: seen but not held. */
  readonly visibilityMs: number | undefined;
  /** 0: answer at once. */
  readonly waitMs: number;
}

/** Raw settings as a dialect declared them, for its own equivalence checks and echoes. JSON values. */
export type Declared = Readonly<Record<string, DeclaredValue>>;
export type DeclaredValue =
  | string
  | number
  | boolean
  | null
  | readonly DeclaredValue[]
  | { readonly [key: string]: DeclaredValue };

export type Durability = 'sync' | 'interval' | 'os';

/** Neutral settings. Unset means no behaviour. */
export interface QueueSettings {
  readonly messageTtlMs: number;
  /** Deletes the queue after this long without use. */
  readonly expiresMs: number;
  readonly maxLength: number;
  readonly maxLengthBytes: number;
  readonly overflow: 'drop-head' | 'reject-publish' | 'reject-publish-dlx';
  readonly deadLetter: DeadLetter;
  readonly maxPriority: number;
  readonly singleActiveConsumer: boolean;
  /** Checked at release: dead-lettered when attempts exceed it. */
  readonly deliveryLimit: number;
  /** So long a released message stays away: `minMs` for each attempt so far, at most `maxMs`. */
  readonly retryDelay: { readonly minMs: number; readonly maxMs: number };
  /** Checked at the next acquire: dead-lettered instead of delivered when already acquired this often. */
  readonly maxReceiveCount: number;
  readonly delayMs: number;
  readonly maxMessageBytes: number;
  readonly durability: Durability;
  /** Deduplication window; ids come with the messages. */
  readonly deduplicationMs: number;
  readonly deduplicationScope: 'queue' | 'group';
  /** Without group order: while the messages of one group keep their receivers busy, those of others go first. */
  readonly fairGroups: boolean;
}

/** What {@link Broker.configureQueue} changes: undefined unsets. */
export type QueueSettingsChange = { readonly [K in keyof QueueSettings]?: QueueSettings[K] | undefined };

/** Where rejected, expired and surplus messages go: through an exchange (AMQP) or straight to a queue (SQS). */
export type DeadLetter =
  | { readonly exchange: string; readonly routingKey: string | undefined }
  | { readonly queue: string };

export interface QueueSpec {
  /** Survives a restart. */
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** Only this owner may use it (publishing aside), and it goes when the owner does; 0: everybody. See {@link Host.newOwner}. */
  readonly owner: number;
  /** FIFO: order within message groups, a group stays with its holder, visible only when stable. */
  readonly grouped: boolean;
  /** Over a log that keeps its records for this long, ms (-1: no limit by time); undefined: a plain queue. */
  readonly retainMs: number | undefined;
  readonly dialect: number;
  readonly declared: Declared;
  readonly settings: Partial<QueueSettings>;
}

export interface QueueInfo extends QueueSpec {
  readonly handle: number;
  readonly virtualHost: string;
  readonly name: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** What each dialect declared: DIALECT_* to its raw settings. */
  readonly declaredBy: ReadonlyMap<number, Declared>;
  /** The log of its records; for a retained queue the partition's. */
  readonly log: number;
  readonly partition: number; // -1 unless retained
  readonly consumers: number;
  readonly exclusiveConsumer: boolean;
}

export interface QueueCounts {
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly readyBytes: number;
}

export interface TopicSettings {
  readonly retentionMs: number; // -1: for ever
  readonly retentionBytes: number; // per partition; -1: no limit
  readonly compact: boolean;
  readonly maxBatchBytes: number;
  readonly logAppendTime: boolean;
  readonly durability: Durability;
}

export interface TopicSpec {
  /** A random UUID, as 32 hex digits; made by the caller. */
  readonly id: string;
  readonly partitions: number;
  readonly dialect: number;
  readonly declared: Declared;
  readonly settings: Partial<TopicSettings>;
}

export interface TopicInfo extends TopicSpec {
  readonly handle: number;
  readonly virtualHost: string;
  readonly name: string;
  readonly createdMs: number;
  readonly declaredBy: ReadonlyMap<number, Declared>;
  /** Partition handles in order. */
  readonly partitionHandles: readonly number[];
  /** The queue of a retained queue; -1 for a plain topic. */
  readonly queue: number;
}

/** How a share group works off a partition. */
export interface ShareSettings {
  /** What was acquired this often and is given back, or not settled in time, is settled for good. */
  readonly maxAttempts: number;
  /** Shows records of transactions that are open or were aborted too. */
  readonly uncommitted: boolean;
}

export interface PartitionState {
  readonly handle: number;
  readonly topic: number;
  readonly index: number;
  readonly log: number;
  readonly logStart: number;
  /** One past the last stable offset: what readers may see. */
  readonly highWatermark: number;
  /** One past the last offset not held back by an open transaction. */
  readonly lastStable: number;
  /** One past the last appended offset. */
  readonly end: number;
  readonly leaderEpoch: number;
  /** How many streams go along it, see {@link Broker.openStream}. */
  readonly streams: number;
}

export interface AppendOutcome {
  readonly baseOffset: number;
  readonly duplicate: boolean;
  /** Wait for this flush; 0: nothing to wait for. */
  readonly flush: number;
  readonly logStart: number;
  /** LogAppendTime topics: the time written; else -1. */
  readonly appendTimeMs: number;
}

export interface ExchangeSpec {
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly alternate: string | undefined;
  readonly declared: Declared;
  /** `x-consistent-hash`: what is hashed instead of the routing key. */
  readonly hash?: { readonly header: string } | { readonly property: string } | undefined;
  /** `x-delayed-message`: the type by which it routes. What is published to it becomes ready after its `delayMs`. */
  readonly delayedType?: string | undefined;
}

export interface ExchangeInfo extends ExchangeSpec {
  readonly name: string;
  readonly virtualHost: string;
  /** What fronts keep about it; a change belongs to the gathering flush like any command's. */
  readonly notes: ExchangeNotes;
}

export interface Binding {
  readonly source: string;
  readonly destination: string;
  readonly kind: 'queue' | 'exchange';
  readonly routingKey: string;
  /** Decoded arguments; `x-match` and header values for headers exchanges. */
  readonly arguments: HeaderValues;
}

/** Decoded header values for headers exchanges and binding arguments. */
export type HeaderValues = ReadonlyMap<string, HeaderValue>;
export type HeaderValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly HeaderValue[]
  | HeaderValues;

export interface Route {
  /** {@link Broker.topologyVersion} when it was made. */
  readonly version: number;
  readonly cacheable: boolean;
  readonly exchange: string;
  readonly routingKey: string;
  /** Queue handles; empty when unroutable. */
  readonly queues: readonly number[];
  /** Topic handles. */
  readonly topics: readonly number[];
}

/** What the shell offers to the fronts beside the core. Implemented in `server/`. */
export interface Host {
  readonly broker: Broker;
  /** First call in every event handler: sets the broker's time for this batch and lets due timers run. */
  enter(): void;
  /** Calls back, in order of the flushes, when `flush` is stable (at once when it already is, or is 0). */
  whenStable(flush: number, callback: () => void): void;
  /** Called after each flush became stable; for fronts with cheaper bookkeeping of their own. Runs inside enter(). */
  onStable(listener: (stableFlush: number) => void): void;
  /** Called when a partition's highWatermark or lastStable moved, or the partition is gone. Returns the way to stop. */
  watchPartition(partition: number, listener: () => void): () => void;
  /**
   * The stable record batches of a partition from the one that holds `fromOffset` on, whole batches only: at least
   * one if there is any below `upTo`, then as many as fit maxBytes; none that begins at or above `upTo`.
   */
  readBatches(partition: number, fromOffset: number, upTo: number, maxBytes: number): Promise<readonly Uint8Array[]>;
  /** The first stable batch whose max timestamp is >= timestampMs, or undefined. */
  findBatchByTimestamp(partition: number, timestampMs: number): Promise<Uint8Array | undefined>;
  /** The offset of the first stable record whose timestamp is >= timestampMs; where there is none, one past the last. */
  findOffsetByTimestamp(partition: number, timestampMs: number): Promise<number>;
  /** A number for an owner of exclusive queues (a connection); {@link releaseOwner} deletes its queues. */
  newOwner(): number;
  releaseOwner(owner: number): void;
  /**
   * The user's name when the credentials are right, undefined when not, or not from there (`from`: the peer's address as
   * its socket names it). Slow on purpose; never blocks the loop.
   */
  authenticate(user: string, password: string, from?: string): Promise<string | undefined>;
  /** A random UUID. */
  randomUuid(): string;
  /** A stable identity of the data directory: 16 random bytes made at its first use. */
  readonly clusterId: Uint8Array;
  /**
   * True while more is waiting for the disk than is good: a front stops reading from its publishers' sockets then and
   * goes on in the {@link whenRelieved} callback. Answers, acknowledgements and heartbeats go on.
   */
  readonly congested: boolean;
  whenRelieved(callback: () => void): void;
  /** No room is left on the device: publishes are refused, everything else goes on. */
  readonly full: boolean;
  /** Called whenever {@link full} changed; not inside {@link enter}. */
  onFullChanged(listener: () => void): void;
  /** One line for the operator. */
  log(level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** For exhaustive translation tables in the fronts. */
export type BrokerErrorTable<T> = Readonly<Record<BrokerErrorKind, T>>;
