import type { Declared, QueueInfo, QueueSettings, QueueSpec } from '../broker.js';
import type { MessageQueue } from '../delivery/message-queue.js';
import { encodeDestination, type QueueRecord } from './destination-record.js';

/** A queue as the catalogue knows it. */
export class QueueEntry implements QueueInfo {
  readonly handle: number;
  readonly virtualHost: string;
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly owner: number;
  readonly grouped: boolean;
  readonly retainMs: number | undefined;
  readonly dialect: number;
  readonly state: MessageQueue;
  readonly partition: number;
  readonly createdMs: number;
  readonly declaredBy: Map<number, Declared>;
  modifiedMs: number;
  settings: Partial<QueueSettings>;
  /** Had a consumer at some time: what auto-delete needs. */
  consumed = false;
  /** When its own expiry is looked at next; 0: no timer is set. */
  expiryTimerMs = 0;
  /** Over a partition: shows records of transactions that are open or were aborted too. */
  uncommitted = false;

  constructor(
    state: MessageQueue,
    virtualHost: string,
    name: string,
    spec: Omit<QueueSpec, 'declared'>,
    declaredBy: Map<number, Declared>,
    partition: number,
    createdMs: number,
    modifiedMs: number,
  ) {
    this.handle = state.handle;
    this.state = state;
    this.virtualHost = virtualHost;
    this.name = name;
    this.durable = spec.durable;
    this.autoDelete = spec.autoDelete;
    this.owner = spec.owner;
    this.grouped = spec.grouped;
    this.retainMs = spec.retainMs;
    this.dialect = spec.dialect;
    this.settings = spec.settings;
    this.declaredBy = declaredBy;
    this.partition = partition;
    this.createdMs = createdMs;
    this.modifiedMs = modifiedMs;
  }

  get log(): number {
    return this.state.log;
  }
  get declared(): Declared {
    return this.declaredBy.get(this.dialect) ?? {};
  }
  get consumers(): number {
    return this.state.subscriptions.length;
  }
  get exclusiveConsumer(): boolean {
    return this.state.subscriptions.some((subscription) => subscription.exclusive);
  }

  encode(): Uint8Array {
    const record: QueueRecord = {
      log: this.log,
      autoDelete: this.autoDelete,
      grouped: this.grouped,
      retainMs: this.retainMs,
      dialect: this.dialect,
      declaredBy: [...this.declaredBy],
      settings: this.settings,
      createdMs: this.createdMs,
      modifiedMs: this.modifiedMs,
    };
    return encodeDestination(record);
  }
}
