import { DIALECT_SQS } from '../../../bytes/index.js';
import type { Broker, Host, QueueInfo } from '../../../core/index.js';
import type { ReceiptHandles } from '../message/receipt-handle.js';
import type { Sender } from '../message/sender.js';
import type { Cooldowns } from '../queue/cooldowns.js';
import type { Namespaces, Origin } from '../queue/namespaces.js';
import { queueArn } from '../queue/queue-arn.js';
import { postQueuePrefix } from '../sns/subscription/subscription.js';
import { applyAttributes, type QueueAttribute } from '../queue/queue-attribute.js';
import { modifiedMsOf, redeclared, setAttributes, settingsOf, tagsOf } from '../queue/sqs-queue.js';
import { queueNameIn, queueUrl } from '../queue/queue-url.js';
import type { MoveTasks } from '../move/move-tasks.js';
import type { Receiver } from '../message/receiver.js';
import { noSuchQueue } from '../wire/service-error.js';

/** What all requests share. */
export interface Service {
  readonly host: Host;
  readonly namespaces: Namespaces;
  /** The service's rules of sixty seconds; undefined: they do not apply. */
  readonly cooldowns: Cooldowns | undefined;
  readonly handles: ReceiptHandles;
  readonly moveTasks: MoveTasks;
  readonly sender: Sender;
  readonly receiver: Receiver;
}

/** What one request has that is not among its parameters. */
export interface Caller extends Origin {
  /** Scheme and host that the client reached this front by. */
  readonly origin: string;
  /** X-Amzn-Trace-Id, when sent. */
  readonly trace: string | undefined;
  /** True when nobody waits for the answer any more. */
  readonly abandoned: boolean;
  whenAbandoned(listener: () => void): void;
}

/** One request on its way through its action. */
export class Call {
  readonly service: Service;
  readonly broker: Broker;
  readonly caller: Caller;

  constructor(service: Service, caller: Caller) {
    this.service = service;
    this.broker = service.host.broker;
    this.caller = caller;
  }

  /** The queue that a QueueUrl means. Throws QueueDoesNotExist. */
  queue(url: string): QueueInfo {
    const names = queueNameIn(url);
    const queue = names && (this.find(names.decoded, names.account) ?? this.find(names.raw, names.account));
    if (queue === undefined) throw noSuchQueue();
    return queue;
  }

  /**
   * The queue of that name, of the caller's account or the one given; queues that belong to one AMQP connection alone are not there for anybody
   * else.
   */
  find(name: string, account?: string): QueueInfo | undefined {
    const handle = this.broker.findQueue(this.service.namespaces.virtualHostOf(this.caller, account), name);
    if (handle < 0) return undefined;
    const queue = this.broker.queue(handle);
    return queue.owner === 0 ? queue : undefined;
  }

  /** Every queue that can be addressed, in the order of their names. */
  queues(): QueueInfo[] {
    if (!this.broker.hasVirtualHost(this.virtualHost)) return [];
    return this.broker
      .queues(this.virtualHost)
      .map((handle) => this.broker.queue(handle))
      .filter((queue) => queue.owner === 0 && !queue.name.startsWith(postQueuePrefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Changes attributes of a queue, all checked already; undefined removes one. */
  configure(queue: QueueInfo, changes: ReadonlyMap<QueueAttribute, string | undefined>): void {
    const attributes = applyAttributes(setAttributes(queue), changes);
    const declared = redeclared(queue, {
      attributes: Object.fromEntries(attributes),
      tags: tagsOf(queue),
      modifiedMs: this.broker.nowMs,
    });
    this.broker.configureQueue(queue.handle, DIALECT_SQS, declared, settingsOf(changes));
  }

  /** Replaces the tags of a queue. */
  tag(queue: QueueInfo, tags: Readonly<Record<string, string>>): void {
    const attributes = Object.fromEntries(setAttributes(queue));
    const modifiedMs = modifiedMsOf(queue);
    this.broker.configureQueue(queue.handle, DIALECT_SQS, redeclared(queue, { attributes, tags, modifiedMs }), {});
  }

  /** Where the caller's queues are. */
  get virtualHost(): string {
    return this.service.namespaces.virtualHostOf(this.caller);
  }

  /** Twelve digits, the owner of the caller's queues as URLs and ARNs name it. */
  get account(): string {
    return this.service.namespaces.accountOf(this.caller);
  }

  urlOf(name: string, account?: string): string {
    return queueUrl(this.caller.origin, this.service.namespaces.accountOf(this.caller, account), name);
  }

  arnOf(name: string): string {
    return queueArn(this.caller.region, this.account, name);
  }

  /** Undefined while the store takes new messages without piling them up; else what to wait for before publishing. */
  get congestion(): Promise<void> | undefined {
    const { host } = this.service;
    if (!host.congested) return undefined;
    return new Promise((resolve) => {
      host.whenRelieved(() => {
        host.enter();
        resolve();
      });
    });
  }

  /** `value` when all that was done so far is on stable storage. */
  stable<T>(value: T): Promise<T> {
    return this.flushed(this.broker.flush, value);
  }

  /** `value` when `flush` is on stable storage; 0: at once. */
  flushed<T>(flush: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      this.service.host.whenStable(flush, () => resolve(value));
    });
  }
}
