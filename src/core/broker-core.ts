import { batchIsTransactional, batchProducerEpoch, batchProducerId, encodeUtf8, IS_REFERENCE } from '../bytes/index.js';
import type {
  AcquireOptions,
  AppendOutcome,
  Binding,
  Broker,
  Declared,
  ExchangeInfo,
  ExchangeSpec,
  HeaderValues,
  MessageHold,
  MessageState,
  PartitionState,
  PeekedMessage,
  QueueCounts,
  QueueInfo,
  QueueSettingsChange,
  QueueSpec,
  Route,
  SessionSink,
  SubscribeOptions,
  TopicInfo,
  TopicSettings,
  TopicSpec,
} from './broker.js';
import { BrokerError } from './broker-error.js';
import { Destinations } from './catalog/destinations.js';
import type { Operation } from './catalog/permission-rule.js';
import { Permissions } from './catalog/permissions.js';
import type { QueueEntry } from './catalog/queue-entry.js';
import { Users } from './catalog/users.js';
import type { CoreEffects } from './core-effects.js';
import { DeadLettering } from './delivery/dead-lettering.js';
import type { DeliveryContext } from './delivery/delivery-context.js';
import {
  TIMER_DEADLINE,
  TIMER_DUE,
  TIMER_EXPIRE,
  TIMER_GROUP_DUE,
  TIMER_HEAD_EXPIRE,
  TIMER_QUEUE_EXPIRES,
  TIMER_WAITER,
} from './delivery/delivery-context.js';
import { type MessageQueue, sharedSequence } from './delivery/message-queue.js';
import { peekQueue } from './delivery/peek.js';
import { encodeCheckpoint } from './delivery/queue-checkpoint.js';
import { RecordView } from './delivery/record-view.js';
import { RecordWriter } from './delivery/record-writer.js';
import { Session, Subscription, Waiter } from './delivery/session.js';
import { SharedBodies } from './delivery/shared-bodies.js';
import { TimerHeap } from './delivery/timer-heap.js';
import { GroupCoordinator } from './group/group-coordinator.js';
import type { GroupEffects } from './group/group-requests.js';
import { FlushBuilder } from './log/flush-builder.js';
import type { JournalWriter } from './log/journal-entry.js';
import { DEFAULT_LIMITS, Memory, type MemoryLimits } from './log/memory.js';
import type { Partition } from './log/partition.js';
import type { AbortedTransaction } from './log/producer-table.js';
import { TopicFeeds } from './log/topic-feeds.js';
import { Transactions } from './log/transactions.js';
import type { DeathReason, Outgoing, PublishOutcome } from './message.js';
import type { Flush, FlushLayout } from './ports.js';
import { Publisher } from './publisher.js';
import { Router } from './routing/router.js';

export interface CoreOptions {
  readonly deliverBeforeSync: boolean;
  readonly memory?: MemoryLimits;
}

/** The state machine behind the {@link Broker} face; the shell drives it by the further public methods. */
export class BrokerCore implements Broker, DeliveryContext {
  nowMs: number;
  stableFlush: number;
  readonly memory: Memory;
  readonly timers = new TimerHeap();
  readonly writer = new RecordWriter();
  readonly delivery = new RecordView();
  readonly scratch = new RecordView();
  readonly builder: FlushBuilder;
  readonly shared: SharedBodies;
  readonly deliverBeforeSync: boolean;
  readonly destinations: Destinations;
  readonly router: Router;
  readonly users: Users;
  readonly permissions: Permissions;
  readonly groups: GroupCoordinator;
  readonly transactions: Transactions;
  readonly feeds: TopicFeeds;
  /** The flush of the last thing that the groups have stored. */
  groupsStoredIn = 0;
  /** Where joins and syncs are answered. */
  groupAnswers: Pick<GroupEffects, 'joined' | 'synced'> | undefined = undefined;
  readonly #effects: CoreEffects;
  readonly #publisher: Publisher;
  readonly #deadLettering: DeadLettering;
  readonly #sessions = new Map<number, Session>();
  readonly #subscriptions = new Map<number, Subscription>();
  #nextSession = 1;
  #nextHolder = 1;
  /** Queues with journal entries to make when the gathering flush is closed. */
  readonly #noted = new Set<MessageQueue>();
  /** Queues and partitions that wait for a flush to show what was appended. */
  readonly #unstableQueues = new Set<MessageQueue>();
  readonly #unstablePartitions = new Set<Partition>();
  /** Logs to be trimmed when the flush that is gathering is stable. */
  #trims = new Map<number, number>();
  /** Queues that changed since their last checkpoint. */
  readonly #changed = new Set<MessageQueue>();
  readonly #produced = new Set<Partition>();
  readonly #toCheckpoint = new Set<MessageQueue>();
  #stopped = false;
  /** No room on the device. */
  full = false;

  constructor(effects: CoreEffects, layout: FlushLayout, nextFlush: number, nowMs: number, options: CoreOptions) {
    this.#effects = effects;
    this.nowMs = nowMs;
    this.stableFlush = nextFlush - 1;
    this.deliverBeforeSync = options.deliverBeforeSync;
    this.memory = new Memory(options.memory ?? DEFAULT_LIMITS);
    this.builder = new FlushBuilder(this.memory, layout, nextFlush, (journal) => this.#journalNotes(journal));
    this.shared = new SharedBodies(this.memory, () => this.builder);
    const metadata = {
      put: (key: string, value: Uint8Array) => this.putMetadata(key, value),
      remove: (key: string) => this.putMetadata(key, undefined),
    };
    this.router = new Router(metadata);
    this.users = new Users(metadata);
    this.permissions = new Permissions(metadata);
    this.groups = new GroupCoordinator({
      put: (key, value) => this.#putGroup(key, value),
      remove: (key) => this.#putGroup(key, undefined),
      joined: (token, answer) => this.groupAnswers?.joined(token, answer),
      synced: (token, answer) => this.groupAnswers?.synced(token, answer),
    });
    this.destinations = new Destinations(this, metadata, this.router);
    this.transactions = new Transactions(
      metadata,
      this.groups,
      (handle) => this.destinations.partition(handle),
      (log) => this.destinations.partitionOfLog(log),
      (partition) => {
        this.#produced.add(partition);
        this.#appended(partition);
      },
    );
    this.#publisher = new Publisher(this, this.destinations, (partition) => this.#appended(partition));
    this.feeds = new TopicFeeds(this.destinations, this.router, metadata, this.#publisher);
    this.#deadLettering = new DeadLettering(this.router, this.destinations, this.#publisher, effects);
  }

  // ---- for the shell

  putMetadata(key: string, value: Uint8Array | undefined): void {
    this.builder.put(key, value);
    this.gathered(false);
  }

  #putGroup(key: string, value: Uint8Array | undefined): void {
    this.putMetadata(key, value);
    this.groupsStoredIn = this.builder.number;
  }

  /** The next flush for the store. */
  takeFlush(): Flush | undefined {
    return this.builder.take();
  }

  /** The flush that was taken is committed: what it carries may be seen. */
  flushed(number: number): void {
    this.builder.settled();
    this.stableFlush = number;
    for (const partition of this.#unstablePartitions) {
      if (partition.stableEnds.flushed(number)) this.#partitionMoved(partition);
      if (!partition.stableEnds.pending) this.#unstablePartitions.delete(partition);
    }
    for (const queue of this.#unstableQueues) {
      if (queue.stableEnds.flushed(number)) queue.becameStable(queue.stableEnds.stable);
      if (!queue.stableEnds.pending) this.#unstableQueues.delete(queue);
    }
    if (this.#trims.size > 0) {
      for (const [log, upTo] of this.#trims) this.#effects.trim(log, upTo);
      this.#trims = new Map();
    }
  }

  #partitionMoved(partition: Partition): void {
    const queue = this.destinations.retainedQueue(partition);
    if (queue !== undefined) this.#extendRetained(queue.state, partition);
    this.#effects.partitionMoved(partition.handle);
  }

  /** What became stable in a retained queue's log is ready for its consumers. */
  #extendRetained(state: MessageQueue, partition: Partition): void {
    const end = partition.lastStable;
    if (end <= state.tail) return;
    state.readyCount += end - state.tail;
    state.tail = end;
    state.becameStable(end);
  }

  /** Moves time on and lets everything happen that is due. */
  advance(nowMs: number): void {
    if (nowMs > this.nowMs) this.nowMs = nowMs;
    const timers = this.timers;
    while (timers.topTimeMs <= this.nowMs) {
      const owner = timers.topOwner;
      const item = timers.topItem;
      const kind = timers.topKind;
      timers.pop();
      const entry = this.destinations.queueOrUndefined(owner);
      if (entry !== undefined) this.#due(entry, kind, item);
    }
    if (this.groups.nextDueMs <= this.nowMs) this.groups.expire(this.nowMs);
    if (this.transactions.nextDueMs <= this.nowMs) this.transactions.expire(this.nowMs);
  }

  #due(entry: QueueEntry, kind: number, item: number): void {
    const queue = entry.state;
    if (kind === TIMER_DUE) queue.due(item);
    else if (kind === TIMER_EXPIRE) queue.expire(item);
    else if (kind === TIMER_HEAD_EXPIRE) queue.expireHead();
    else if (kind === TIMER_DEADLINE) queue.deadline(item);
    else if (kind === TIMER_GROUP_DUE) queue.dispatch();
    else if (kind === TIMER_WAITER) {
      const waiter = queue.waiters.find((other) => other.holder === item);
      if (waiter !== undefined) queue.dispatch();
    } else if (kind === TIMER_QUEUE_EXPIRES) this.#expireQueue(entry);
  }

  #expireQueue(entry: QueueEntry): void {
    const expiresMs = entry.settings.expiresMs;
    if (expiresMs === undefined) return;
    const used = entry.state.subscriptions.length > 0 ? this.nowMs : entry.state.usedMs;
    if (used + expiresMs <= this.nowMs) this.deleteQueue(entry.handle);
    else this.timers.push(used + expiresMs, entry.handle, 0, TIMER_QUEUE_EXPIRES);
  }

  get nextDueMs(): number {
    return Math.min(this.timers.topTimeMs, this.groups.nextDueMs, this.transactions.nextDueMs);
  }

  /** One chunk that answers {@link CoreEffects.need}; then {@link loadedEnd}. */
  loadedChunk(
    queue: number,
    buffer: Uint8Array,
    start: number,
    end: number,
    firstSeq: number,
    seqs: readonly number[] | undefined,
  ): void {
    this.destinations.queueOrUndefined(queue)?.state.loadedChunk(buffer, start, end, firstSeq, seqs);
  }

  loadedEnd(queue: number, found: boolean): void {
    this.destinations.queueOrUndefined(queue)?.state.loaded(found);
  }

  loadedShared(buffer: Uint8Array, start: number, end: number, firstSeq: number): void {
    this.shared.loaded(buffer, start, end, firstSeq);
  }

  /** Nothing is accepted any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Something is gathering, or waits to be journaled. */
  get pending(): boolean {
    return this.#noted.size > 0 || this.builder.pending;
  }

  /** Begins to write down the state of everything that changed since the last time; see {@link checkpoint}. */
  beginCheckpoint(): void {
    for (const queue of this.#changed) {
      queue.changed = false;
      this.#toCheckpoint.add(queue);
    }
    this.#changed.clear();
    for (const partition of this.#produced) {
      this.putMetadata(`s/${partition.log}`, partition.producers.encode(this.builder.number));
    }
    this.#produced.clear();
  }

  /** Writes the state of up to `count` queues into the gathering flush. False when none is left to write. */
  checkpoint(count: number): boolean {
    let left = count;
    for (const queue of this.#toCheckpoint) {
      if (left-- <= 0) return true;
      this.#toCheckpoint.delete(queue);
      this.putMetadata(`s/${queue.log}`, encodeCheckpoint(queue, this.builder.number));
    }
    return false;
  }

  /** The owner of exclusive queues is gone, and they with it. */
  deleteOwned(owner: number): void {
    for (const entry of [...this.destinations.allQueues()]) if (entry.owner === owner) this.deleteQueue(entry.handle);
  }

  /** The lowest sequence of the shared log that any queue may still ask for. */
  sharedFloor(): number {
    let lowest = this.shared.tail;
    for (const { state } of this.destinations.allQueues()) {
      lowest = Math.min(lowest, state.marks.lowest(state.done.floor, state.tail));
    }
    return lowest;
  }

  // ---- DeliveryContext

  gathered(waits: boolean): void {
    if (waits) this.builder.requireSync(this.builder.number);
    this.#effects.gathered(waits);
  }

  changed(queue: MessageQueue): void {
    this.#changed.add(queue);
  }

  awaitStable(queue: MessageQueue): void {
    this.#unstableQueues.add(queue);
    this.#changed.add(queue);
  }

  need(queue: MessageQueue, fromSeq: number): void {
    const address = queue.addressOf(fromSeq);
    const buffer = this.memory.resolve(address);
    if (buffer !== undefined && (buffer[this.memory.offset + 5]! & IS_REFERENCE) !== 0) {
      this.#effects.needShared(queue.handle, sharedSequence(buffer, this.memory.offset));
    } else this.#effects.need(queue.handle, queue.source, fromSeq);
  }

  journalLater(queue: MessageQueue): void {
    this.#noted.add(queue);
    this.gathered(false);
  }

  deadLetter(queue: MessageQueue, view: RecordView, attempts: number, reason: DeathReason): void {
    const entry = this.destinations.queueOrUndefined(queue.handle);
    if (entry !== undefined) this.#deadLettering.send(entry, view, attempts, reason, this.nowMs);
  }

  autoDelete(queue: MessageQueue): void {
    const entry = this.destinations.queueOrUndefined(queue.handle);
    if (entry?.autoDelete === true && entry.consumed && queue.subscriptions.length === 0)
      this.deleteQueue(queue.handle);
  }

  #journalNotes(journal: JournalWriter): void {
    for (const queue of this.#noted) {
      if (queue.notes.pending) journal.done(queue.log, queue.notes.firsts, queue.notes.lasts);
      queue.notes.clear();
      this.#changed.add(queue);
      if (!queue.retained) this.#trims.set(queue.log, queue.done.floor);
    }
    this.#noted.clear();
  }

  #appended(partition: Partition): void {
    this.#unstablePartitions.add(partition);
    this.gathered(partition.waits);
  }

  // ---- virtual hosts and permissions

  hasVirtualHost(name: string): boolean {
    return this.destinations.hasVirtualHost(name);
  }
  virtualHosts(): readonly string[] {
    return this.destinations.virtualHosts();
  }
  createVirtualHost(name: string): void {
    this.#assertRunning();
    this.destinations.createVirtualHost(name);
  }
  deleteVirtualHost(name: string): void {
    this.#assertRunning();
    for (const queue of [...this.queues(name)]) this.deleteQueue(queue);
    for (const topic of [...this.topics(name)]) this.deleteTopic(topic);
    this.destinations.deleteVirtualHost(name);
    this.permissions.removeVirtualHost(name);
  }
  allowed(user: string, virtualHost: string, operation: Operation, resource: string): boolean {
    return this.permissions.allowed(user, virtualHost, operation, resource);
  }
  mayEnter(user: string, virtualHost: string): boolean {
    return this.hasVirtualHost(virtualHost) && this.permissions.mayEnter(user, virtualHost);
  }

  // ---- queues

  createQueue(virtualHost: string, name: string, spec: QueueSpec): number {
    this.#assertRunning();
    const entry = this.destinations.createQueue(virtualHost, name, spec);
    if (spec.settings.expiresMs !== undefined) {
      this.timers.push(this.nowMs + spec.settings.expiresMs, entry.handle, 0, TIMER_QUEUE_EXPIRES);
    }
    return entry.handle;
  }
  findQueue(virtualHost: string, name: string): number {
    return this.destinations.findQueue(virtualHost, name);
  }
  queue(queue: number): QueueInfo {
    return this.destinations.queue(queue);
  }
  queues(virtualHost: string): readonly number[] {
    return this.destinations.queuesOf(virtualHost);
  }
  configureQueue(queue: number, dialect: number, declared: Declared, settings: QueueSettingsChange): void {
    this.#assertRunning();
    const entry = this.destinations.configureQueue(queue, dialect, declared, settings);
    if (settings.expiresMs !== undefined) {
      this.timers.push(this.nowMs + settings.expiresMs, queue, 0, TIMER_QUEUE_EXPIRES);
    }
    entry.state.usedMs = this.nowMs;
    entry.state.dispatch();
  }

  deleteQueue(queue: number, conditions: { ifUnused?: boolean; ifEmpty?: boolean } = {}): number {
    const entry = this.destinations.queue(queue);
    const state = entry.state;
    const named = `queue '${entry.name}' in virtual host '${entry.virtualHost}'`;
    if (conditions.ifUnused === true && state.subscriptions.length > 0)
      throw new BrokerError('in-use', `${named} in use`);
    if (conditions.ifEmpty === true && state.readyCount > 0) throw new BrokerError('not-empty', `${named} not empty`);
    const ready = state.readyCount;
    for (const subscription of [...state.subscriptions]) {
      this.#dropSubscription(subscription);
      subscription.session.sink.cancelled(subscription.token);
    }
    for (const waiter of [...state.waiters]) state.finishWaiter(waiter, true);
    this.#forgetHeld(state);
    this.#noted.delete(state);
    this.#changed.delete(state);
    this.#toCheckpoint.delete(state);
    this.#unstableQueues.delete(state);
    this.#trims.delete(state.log);
    state.freeMemory();
    this.destinations.removeQueue(entry);
    if (entry.durable) {
      this.putMetadata(`s/${state.log}`, undefined);
      if (entry.partition < 0) this.#effects.drop(state.log);
    }
    return ready;
  }

  /** Deliveries of a queue that is gone are settled: acknowledging them later is no error, as in RabbitMQ. */
  #forgetHeld(state: MessageQueue): void {
    state.inFlight.forEach((place) => {
      const subscription = this.#subscriptions.get(state.inFlight.subscription(place));
      if (subscription !== undefined) subscription.inFlight--;
    });
  }

  purgeQueue(queue: number, everything = false): number {
    this.#assertRunning();
    const state = this.destinations.queue(queue).state;
    const ready = state.purge(everything);
    if (everything) state.deduplication?.clear();
    this.#changed.add(state);
    return ready;
  }
  counts(queue: number): QueueCounts {
    return this.destinations.queue(queue).state.counts();
  }

  // ---- topics

  createTopic(virtualHost: string, name: string, spec: TopicSpec): number {
    this.#assertRunning();
    return this.destinations.createTopic(virtualHost, name, spec).handle;
  }
  findTopic(virtualHost: string, name: string): number {
    return this.destinations.findTopic(virtualHost, name);
  }
  findTopicById(id: string): number {
    return this.destinations.findTopicById(id);
  }
  topic(topic: number): TopicInfo {
    return this.destinations.topic(topic);
  }
  topics(virtualHost: string): readonly number[] {
    return this.destinations.topicsOf(virtualHost);
  }
  configureTopic(
    topic: number,
    settings: Partial<TopicSettings>,
    declared: { dialect: number; values: Declared },
  ): void {
    this.#assertRunning();
    this.destinations.configureTopic(topic, settings, declared);
  }
  addPartitions(topic: number, count: number): void {
    this.#assertRunning();
    this.destinations.addPartitions(topic, count);
  }
  deleteTopic(topic: number): void {
    this.#assertRunning();
    const entry = this.destinations.topic(topic);
    if (entry.queue >= 0) this.deleteQueue(entry.queue);
    this.destinations.removeTopic(entry);
    this.groups.offsets.dropTopic(entry.id);
    for (const partition of entry.parts) {
      this.#unstablePartitions.delete(partition);
      this.#produced.delete(partition);
      this.transactions.dropPartition(partition);
      this.feeds.drop(partition);
      this.#effects.drop(partition.log);
      this.#effects.partitionMoved(partition.handle);
    }
  }
  partition(partition: number): PartitionState {
    return this.destinations.partition(partition);
  }
  appendBatch(partition: number, payload: Uint8Array): AppendOutcome {
    this.#assertWritable();
    const target = this.destinations.partition(partition);
    if (batchIsTransactional(payload, 0)) {
      this.transactions.checkProduce(batchProducerId(payload, 0), batchProducerEpoch(payload, 0), target);
    }
    const outcome = target.appendBatch(payload, this.nowMs);
    if (outcome.duplicate) return outcome;
    this.#appended(target);
    if (target.producers.producers.size > 0) this.#produced.add(target);
    return outcome;
  }
  abortedTransactions(partition: number, from: number, to: number): readonly AbortedTransaction[] {
    return this.destinations.partition(partition).producers.abortedIn(from, to);
  }
  deleteRecords(partition: number, beforeOffset: number): number {
    this.#assertRunning();
    const target = this.destinations.partition(partition);
    target.startAt(beforeOffset < 0 ? target.highWatermark : beforeOffset);
    this.putMetadata(`l/${target.log}`, encodeUtf8(String(target.logStart)));
    this.#trims.set(target.log, target.logStart);
    return target.logStart;
  }

  // ---- exchanges and bindings

  createExchange(virtualHost: string, name: string, spec: ExchangeSpec): void {
    this.#assertRunning();
    this.destinations.assertVirtualHost(virtualHost);
    this.router.declare(virtualHost, name, spec);
  }
  exchange(virtualHost: string, name: string): ExchangeInfo | undefined {
    return this.router.exchange(virtualHost, name);
  }
  exchanges(virtualHost: string): readonly string[] {
    return this.router.exchanges(virtualHost);
  }
  deleteExchange(virtualHost: string, name: string, ifUnused: boolean): void {
    this.#assertRunning();
    this.router.delete(virtualHost, name, ifUnused);
  }
  bind(virtualHost: string, binding: Binding): void {
    this.#assertRunning();
    this.router.bind(virtualHost, binding, this.destinations.bindable(virtualHost, binding));
    this.feeds.bindingsChanged(virtualHost, binding.source);
  }
  unbind(virtualHost: string, binding: Binding): void {
    this.#assertRunning();
    this.router.unbind(virtualHost, binding, this.destinations.bindable(virtualHost, binding));
    this.feeds.bindingsChanged(virtualHost, binding.source);
  }
  bindings(virtualHost: string): readonly Binding[] {
    return this.router.bindings(virtualHost);
  }

  // ---- publishing

  get topologyVersion(): number {
    return this.router.version + this.destinations.version;
  }
  route(virtualHost: string, exchange: string, routingKey: string, headers: () => HeaderValues): Route {
    return this.destinations.route(virtualHost, exchange, routingKey, headers, this.topologyVersion);
  }
  routeToQueue(queue: number): Route {
    return this.destinations.routeToQueue(queue, this.topologyVersion);
  }
  routeToTopic(topic: number): Route {
    return this.destinations.routeToTopic(topic, this.topologyVersion);
  }
  publish(route: Route, message: Outgoing): PublishOutcome {
    this.#assertWritable();
    return this.#publisher.publish(route, message);
  }
  get flush(): number {
    return this.builder.number;
  }

  // ---- consuming

  openSession(sink: SessionSink): number {
    const session = new Session(this.#nextSession++, sink);
    this.#sessions.set(session.handle, session);
    return session.handle;
  }

  closeSession(session: number): void {
    const open = this.#sessions.get(session);
    if (open === undefined) return;
    this.#sessions.delete(session);
    open.paused = true;
    for (const waiter of [...open.waiters]) waiter.queue.cancelWaiter(waiter);
    const left = new Set<MessageQueue>();
    for (const subscription of [...open.subscriptions]) {
      this.#dropSubscription(subscription);
      left.add(subscription.queue);
    }
    const touched = new Set<MessageQueue>();
    for (let id = open.firstHeld; id <= open.lastDeliveryId; id++) {
      const queue = open.heldQueue(id);
      if (queue === undefined) continue;
      queue.release(open.heldSeq(id), 0, true);
      touched.add(queue);
    }
    for (const queue of touched) queue.dispatch();
    for (const queue of left) this.autoDelete(queue);
  }

  #session(session: number): Session {
    const open = this.#sessions.get(session);
    if (open === undefined) throw new BrokerError('not-found', `no session ${session}`);
    return open;
  }

  subscribe(session: number, queue: number, options: SubscribeOptions): number {
    this.#assertRunning();
    const open = this.#session(session);
    const entry = this.destinations.queue(queue);
    const state = entry.state;
    const others = state.subscriptions.length > 0;
    if (others && (options.exclusive || entry.exclusiveConsumer)) {
      throw new BrokerError(
        'exclusive-use',
        `queue '${entry.name}' in virtual host '${entry.virtualHost}' in exclusive use`,
      );
    }
    const subscription = new Subscription(this.#nextHolder++, open, state, options);
    this.#subscriptions.set(subscription.holder, subscription);
    open.subscriptions.add(subscription);
    let at = state.subscriptions.length;
    while (at > 0 && state.subscriptions[at - 1]!.priority < subscription.priority) at--;
    state.subscriptions.splice(at, 0, subscription);
    state.usedMs = this.nowMs;
    entry.consumed = true;
    state.dispatch();
    return subscription.holder;
  }

  unsubscribe(subscription: number): void {
    const dropped = this.#subscriptions.get(subscription);
    if (dropped === undefined) throw new BrokerError('not-found', `no subscription ${subscription}`);
    this.#dropSubscription(dropped);
    this.autoDelete(dropped.queue);
    dropped.queue.dispatch();
  }

  #dropSubscription(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.holder);
    subscription.session.subscriptions.delete(subscription);
    const list = subscription.queue.subscriptions;
    list.splice(list.indexOf(subscription), 1);
    subscription.queue.usedMs = this.nowMs;
  }

  setSessionCredit(session: number, messages: number): void {
    const open = this.#session(session);
    open.credit = messages;
    this.#resume(open);
  }

  setPaused(session: number, paused: boolean): void {
    const open = this.#sessions.get(session);
    if (open === undefined || open.paused === paused) return;
    open.paused = paused;
    if (!paused) this.#resume(open);
  }

  #resume(session: Session): void {
    for (const subscription of session.subscriptions) subscription.queue.dispatch();
    for (const waiter of session.waiters) waiter.queue.dispatch();
  }

  acquire(session: number, queue: number, options: AcquireOptions): void {
    const open = this.#session(session);
    const state = this.destinations.queue(queue).state;
    state.addWaiter(new Waiter(this.#nextHolder++, open, state, options, this.nowMs + options.waitMs));
  }

  cancelAcquire(session: number, token: number): void {
    for (const waiter of this.#sessions.get(session)?.waiters ?? []) {
      if (waiter.token === token) waiter.queue.cancelWaiter(waiter);
    }
  }

  acknowledge(session: number, deliveryId: number, multiple: boolean): void {
    this.#settle(session, deliveryId, multiple, (queue, seq) => queue.acknowledge(seq));
  }

  release(session: number, deliveryId: number, multiple: boolean, delayMs = 0): void {
    this.#settle(session, deliveryId, multiple, (queue, seq) => queue.release(seq, delayMs, true));
  }

  reject(session: number, deliveryId: number, multiple: boolean): void {
    this.#settle(session, deliveryId, multiple, (queue, seq) => queue.reject(seq));
  }

  #settle(
    session: number,
    deliveryId: number,
    multiple: boolean,
    settle: (queue: MessageQueue, seq: number) => void,
  ): void {
    const open = this.#session(session);
    open.check(deliveryId, multiple);
    if (!multiple) {
      const queue = open.heldQueue(deliveryId)!;
      this.#settleOne(open, deliveryId, queue, settle);
      this.#settled(open, queue);
      return;
    }
    const last = deliveryId === 0 ? open.lastDeliveryId : deliveryId;
    let queue: MessageQueue | undefined;
    for (let id = open.firstHeld; id <= last; id++) {
      const held = open.heldQueue(id);
      if (held === undefined) continue;
      if (queue !== undefined && held !== queue) this.#settled(open, queue);
      queue = held;
      this.#settleOne(open, id, held, settle);
    }
    if (queue !== undefined) this.#settled(open, queue);
  }

  #settleOne(
    session: Session,
    id: number,
    queue: MessageQueue,
    settle: (queue: MessageQueue, seq: number) => void,
  ): void {
    const seq = session.heldSeq(id);
    session.forget(id);
    const place = queue.inFlight.find(seq);
    if (place >= 0) {
      const subscription = this.#subscriptions.get(queue.inFlight.subscription(place));
      if (subscription !== undefined) subscription.inFlight--;
    }
    settle(queue, seq);
  }

  /** Credit came back, perhaps a message too. */
  #settled(session: Session, queue: MessageQueue): void {
    if (session.credit > 0) this.#resume(session);
    if (queue.readyCount > 0) queue.dispatch();
  }

  acknowledgeMessage(queue: number, seq: number, attempts: number, strict: boolean): MessageHold {
    this.#assertRunning();
    const state = this.destinations.queue(queue).state;
    const place = state.inFlight.find(seq);
    if (place >= 0) {
      if (strict && state.inFlight.attempts(place) !== attempts) return 'expired';
      state.acknowledge(seq);
      state.dispatch();
      return 'held';
    }
    if (!state.isWaiting(seq)) return 'gone';
    if (strict) return 'expired';
    state.acknowledgeReady(seq);
    return 'held';
  }

  extendMessage(queue: number, seq: number, attempts: number, visibilityMs: number, strict: boolean): MessageHold {
    this.#assertRunning();
    const state = this.destinations.queue(queue).state;
    const place = state.inFlight.find(seq);
    if (place < 0) return state.isWaiting(seq) ? 'expired' : 'gone';
    if (strict && state.inFlight.attempts(place) !== attempts) return 'expired';
    if (visibilityMs > 0) state.extend(seq, this.nowMs + visibilityMs);
    else {
      state.release(seq, 0, true);
      state.dispatch();
    }
    return 'held';
  }

  peek(queue: number, state: MessageState | 'any', fromSeq: number, limit: number): readonly PeekedMessage[] {
    return peekQueue(this.destinations.queue(queue).state, state, fromSeq, limit);
  }

  #assertRunning(): void {
    if (this.#stopped) throw new BrokerError('stopped', 'the broker has stopped');
  }

  #assertWritable(): void {
    if (this.#stopped) throw new BrokerError('stopped', 'the broker has stopped');
    if (this.full) throw new BrokerError('full', 'no space is left on the device');
  }
}
