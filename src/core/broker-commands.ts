import { batchIsTransactional, batchProducerEpoch, batchProducerId, encodeUtf8 } from '../bytes/index.js';
import type {
  AcquireOptions,
  AppendOutcome,
  Binding,
  Broker,
  Declared,
  ExchangeInfo,
  ExchangeSpec,
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
  ShareSettings,
  SubscribeOptions,
  TopicInfo,
  TopicSettings,
  TopicSpec,
} from './broker.js';
import type { MessageHeaders } from './routing/message-headers.js';
import { BrokerError } from './broker-error.js';
import { Destinations } from './catalog/destinations.js';
import type { Operation } from './catalog/permission-rule.js';
import { Permissions } from './catalog/permissions.js';
import type { QueueEntry } from './catalog/queue-entry.js';
import { Users } from './catalog/users.js';
import type { CoreEffects } from './core-effects.js';
import { CoreContext } from './core-context.js';
import { DeadLettering } from './delivery/dead-lettering.js';
import { TIMER_QUEUE_EXPIRES } from './delivery/delivery-context.js';
import type { MessageQueue } from './delivery/message-queue.js';
import { peekQueue } from './delivery/peek.js';
import { forgetBelow, purge } from './delivery/purge.js';
import { Sessions } from './delivery/sessions.js';
import { GroupCoordinator } from './group/group-coordinator.js';
import type { GroupEffects } from './group/group-requests.js';
import { DEFAULT_LIMITS, type MemoryLimits } from './log/memory.js';
import type { Partition } from './log/partition.js';
import type { AbortedTransaction } from './log/producer-table.js';
import { TopicFeeds } from './log/topic-feeds.js';
import { Transactions } from './log/transactions.js';
import type { Outgoing, PublishOutcome } from './message.js';
import type { FlushLayout } from './ports.js';
import { Publisher } from './publisher.js';
import { Router } from './routing/router.js';
import { acknowledgeReceipt, extendReceipt, rejectReceipt } from './delivery/receipts.js';

export interface CoreOptions {
  readonly deliverBeforeSync: boolean;
  readonly memory?: MemoryLimits;
}

/** Counters that only grow while the broker runs. */
export interface QueueTraffic {
  readonly appended: number;
  readonly handedOut: number;
}

/** What the fronts may ask of the core: every command of the {@link Broker} face, handed to the room that knows. */
export class BrokerCommands implements Broker {
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
  readonly context: CoreContext;
  readonly #publisher: Publisher;
  readonly #sessions: Sessions;
  protected stopped = false;
  /** No room on the device. */
  full = false;

  constructor(effects: CoreEffects, layout: FlushLayout, nextFlush: number, nowMs: number, options: CoreOptions) {
    const { deliverBeforeSync, memory = DEFAULT_LIMITS } = options;
    const context = new CoreContext(effects, layout, nextFlush, nowMs, { deliverBeforeSync, memory });
    this.context = context;
    this.router = new Router(context);
    this.users = new Users(context);
    this.permissions = new Permissions(context);
    this.groups = new GroupCoordinator({
      put: (key, value) => this.#putGroup(key, value),
      remove: (key) => this.#putGroup(key, undefined),
      joined: (token, answer) => this.groupAnswers?.joined(token, answer),
      synced: (token, answer) => this.groupAnswers?.synced(token, answer),
    });
    this.destinations = new Destinations(context, context, this.router);
    this.transactions = new Transactions(
      context,
      this.groups,
      (handle) => this.destinations.partition(handle),
      (log) => this.destinations.partitionOfLog(log),
      (partition) => {
        context.checkpoints.produced(partition);
        context.appended(partition);
      },
    );
    this.#publisher = new Publisher(context, this.destinations, (partition) => context.appended(partition));
    this.feeds = new TopicFeeds(this.destinations, this.router, context, this.#publisher);
    context.connect(this.destinations, new DeadLettering(this.router, this.destinations, this.#publisher, effects));
    this.#sessions = new Sessions((queue) => this.#leftBySubscriber(queue));
    this.destinations.onSettingsChanged((entry) => {
      this.timeExpiry(entry);
      entry.state.dispatcher.run();
    });
  }

  get nowMs(): number {
    return this.context.nowMs;
  }
  get flush(): number {
    return this.context.builder.number;
  }
  get stableFlush(): number {
    return this.context.stableFlush;
  }

  putMetadata(key: string, value: Uint8Array | undefined): void {
    if (value === undefined) this.context.remove(key);
    else this.context.put(key, value);
  }

  #putGroup(key: string, value: Uint8Array | undefined): void {
    this.putMetadata(key, value);
    this.groupsStoredIn = this.flush;
  }

  /** Sees to it that the queue is looked at when it may have to go for want of use. */
  timeExpiry(entry: QueueEntry): void {
    const { expiresMs } = entry.state.settings;
    if (expiresMs === undefined) return;
    const dueMs = entry.state.usedMs + expiresMs;
    if (entry.expiryTimerMs !== 0 && entry.expiryTimerMs <= dueMs) return;
    entry.expiryTimerMs = dueMs;
    this.context.timers.push(dueMs, entry.handle, 0, TIMER_QUEUE_EXPIRES);
  }

  /** The next checkpoint must have who produces into the partition. */
  producersChanged(partition: Partition): void {
    if (partition.producers.producers.size > 0) this.context.checkpoints.produced(partition);
  }

  /** The last consumer of an auto-delete queue went away. */
  #leftBySubscriber(queue: MessageQueue): void {
    const entry = this.destinations.queueOrUndefined(queue.handle);
    if (entry === undefined) return;
    if (entry.autoDelete && entry.consumed && queue.subscriptions.length === 0) this.deleteQueue(queue.handle);
    else this.timeExpiry(entry);
  }

  // ---- for who administers

  /** Messages that came into a queue and deliveries out of it, each since some time. */
  traffic(queue: number): QueueTraffic {
    const { tail, handedOut } = this.destinations.queue(queue).state;
    return { appended: tail, handedOut };
  }

  /** Deliveries of a session that wait to be settled. */
  held(session: number): number {
    return this.#sessions.held(session);
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
  topicAllowed(
    user: string,
    virtualHost: string,
    exchange: string,
    operation: 'write' | 'read',
    routingKey: string,
  ): boolean {
    return this.destinations.topicPermissions.allowed(user, virtualHost, exchange, operation, routingKey);
  }
  mayEnter(user: string, virtualHost: string): boolean {
    return this.hasVirtualHost(virtualHost) && this.permissions.mayEnter(user, virtualHost);
  }

  // ---- queues

  createQueue(virtualHost: string, name: string, spec: QueueSpec): number {
    this.#assertRunning();
    const entry = this.destinations.createQueue(virtualHost, name, spec);
    this.timeExpiry(entry);
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
    entry.state.usedMs = this.nowMs;
    this.timeExpiry(entry);
    entry.state.dispatcher.run();
  }

  deleteQueue(queue: number, conditions: { ifUnused?: boolean; ifEmpty?: boolean } = {}): number {
    const entry = this.destinations.queue(queue);
    const state = entry.state;
    const named = `queue '${entry.name}' in virtual host '${entry.virtualHost}'`;
    if (conditions.ifUnused === true && state.subscriptions.length > 0)
      throw new BrokerError('in-use', `${named} in use`);
    if (conditions.ifEmpty === true && state.readyCount > 0) throw new BrokerError('not-empty', `${named} not empty`);
    const ready = state.readyCount;
    this.#sessions.dismiss(state);
    this.context.forgetQueue(state);
    this.destinations.removeQueue(entry);
    return ready;
  }

  purgeQueue(queue: number, everything = false): number {
    this.#assertRunning();
    return purge(this.destinations.queue(queue).state, everything);
  }
  counts(queue: number): QueueCounts {
    return this.destinations.queue(queue).state.counts();
  }
  touchQueue(queue: number): void {
    this.destinations.queue(queue).state.usedMs = this.nowMs;
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
    for (const partition of entry.parts) {
      for (const queue of this.destinations.queuesOver(partition)) this.deleteQueue(queue.handle);
    }
    this.destinations.removeTopic(entry);
    this.groups.offsets.dropTopic(entry.id);
    for (const partition of entry.parts) {
      this.transactions.dropPartition(partition);
      this.feeds.drop(partition);
      this.context.forgetPartition(partition);
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
    this.context.appended(target);
    this.producersChanged(target);
    return outcome;
  }
  openStream(partition: number, fromOffset: number): number {
    this.#assertRunning();
    const source = this.destinations.partition(partition);
    const { handle, state } = this.destinations.openStream(source, fromOffset);
    state.extend(source.lastStable);
    return handle;
  }
  openShare(partition: number, group: string, fromOffset: number, settings: ShareSettings): number {
    this.#assertRunning();
    const source = this.destinations.partition(partition);
    const { handle, state, uncommitted } = this.destinations.openShare(source, group, fromOffset, settings);
    state.extend(source.visibleEnd(uncommitted));
    return handle;
  }
  findShare(partition: number, group: string): number {
    return this.destinations.findShare(partition, group);
  }
  sharesOf(group: string): readonly number[] {
    return this.destinations.sharesOf(group).map(({ handle }) => handle);
  }
  configureShare(queue: number, settings: ShareSettings): void {
    this.#assertRunning();
    const { state, partition, uncommitted } = this.destinations.configureShare(queue, settings);
    state.extend(this.destinations.partition(partition).visibleEnd(uncommitted));
  }
  firstUnsettled(queue: number): number {
    const { done, visibleEnd } = this.destinations.queue(queue).state;
    return Math.min(done.nextAbsent(done.floor), visibleEnd);
  }
  abortedTransactions(partition: number, from: number, to: number): readonly AbortedTransaction[] {
    return this.destinations.partition(partition).producers.abortedIn(from, to);
  }
  deleteRecords(partition: number, beforeOffset: number): number {
    this.#assertRunning();
    const target = this.destinations.partition(partition);
    target.startAt(beforeOffset < 0 ? target.highWatermark : beforeOffset);
    this.putMetadata(`l/${target.log}`, encodeUtf8(String(target.logStart)));
    this.context.forgotten.trim(target.log, target.logStart, this.flush);
    for (const queue of this.destinations.queuesOver(target)) forgetBelow(queue.state, target.logStart);
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
    const { destinations, permissions, router } = this;
    return router.version + destinations.version + permissions.version + destinations.topicPermissions.version;
  }
  route(virtualHost: string, exchange: string, routingKey: string, headers: () => MessageHeaders): Route {
    return this.destinations.route(virtualHost, exchange, routingKey, headers, this.topologyVersion);
  }
  routeCopies(
    virtualHost: string,
    exchange: string,
    routingKeys: readonly [string, ...string[]],
    headers: () => MessageHeaders,
  ): Route {
    return this.destinations.routeCopies(virtualHost, exchange, routingKeys, headers, this.topologyVersion);
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

  // ---- consuming

  openSession(sink: SessionSink): number {
    return this.#sessions.open(sink);
  }
  closeSession(session: number): void {
    this.#sessions.close(session);
  }
  subscribe(session: number, queue: number, options: SubscribeOptions): number {
    this.#assertRunning();
    return this.#sessions.subscribe(session, this.destinations.queue(queue), options, this.nowMs);
  }
  unsubscribe(subscription: number): void {
    this.#sessions.unsubscribe(subscription);
  }
  setSessionCredit(session: number, messages: number): void {
    this.#sessions.setCredit(session, messages);
  }
  setPaused(session: number, paused: boolean): void {
    this.#sessions.setPaused(session, paused);
  }
  acquire(session: number, queue: number, options: AcquireOptions): void {
    this.#sessions.acquire(session, this.destinations.queue(queue).state, options, this.nowMs);
  }
  cancelAcquire(session: number, token: number): void {
    this.#sessions.cancelAcquire(session, token);
  }
  inFlight(session: number, from: number, to: number): readonly number[] {
    return this.#sessions.inFlight(session, from, to);
  }
  acknowledge(session: number, deliveryId: number, multiple: boolean): void {
    this.#sessions.acknowledge(session, deliveryId, multiple);
  }
  release(session: number, deliveryId: number, multiple: boolean, delayMs?: number): void {
    this.#sessions.release(session, deliveryId, multiple, delayMs);
  }
  reject(session: number, deliveryId: number, multiple: boolean): void {
    this.#sessions.reject(session, deliveryId, multiple);
  }

  acknowledgeMessage(queue: number, seq: number, attempts: number, strict: boolean): MessageHold {
    this.#assertRunning();
    return acknowledgeReceipt(this.destinations.queue(queue).state, seq, attempts, strict);
  }
  extendMessage(queue: number, seq: number, attempts: number, visibilityMs: number, strict: boolean): MessageHold {
    this.#assertRunning();
    return extendReceipt(this.destinations.queue(queue).state, seq, attempts, visibilityMs, strict);
  }
  rejectMessage(queue: number, seq: number, attempts: number, strict: boolean): MessageHold {
    this.#assertRunning();
    return rejectReceipt(this.destinations.queue(queue).state, seq, attempts, strict);
  }
  peek(queue: number, state: MessageState | 'any', fromSeq: number, limit: number): readonly PeekedMessage[] {
    return peekQueue(this.destinations.queue(queue).state, state, fromSeq, limit);
  }

  #assertRunning(): void {
    if (this.stopped) throw new BrokerError('stopped', 'the broker has stopped');
  }

  #assertWritable(): void {
    if (this.stopped) throw new BrokerError('stopped', 'the broker has stopped');
    if (this.full) throw new BrokerError('full', 'no space is left on the device');
  }
}
