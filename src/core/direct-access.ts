import type { Declared } from './broker.js';

/** The user under whose name the broker does something by itself, which nobody can have: it may do everything. */
export const BROKER_ITSELF = '';

/**
 * What the admin API does in the words of AMQP, on behalf of one of its users: declarations with arguments as RabbitMQ
 * reads them, permissions, messages with properties. Implemented by the dialect's front, which has all that already.
 *
 * Everything throws BrokerError, whose text is the one that a client would read.
 */
export interface DirectAccess {
  /** Declares it, or checks that what is there is equivalent. */
  declareQueue(user: string, virtualHost: string, name: string, queue: DirectQueue): void;
  deleteQueue(user: string, virtualHost: string, name: string, ifUnused: boolean, ifEmpty: boolean): void;
  purgeQueue(user: string, virtualHost: string, name: string): void;
  declareExchange(user: string, virtualHost: string, name: string, exchange: DirectExchange): void;
  deleteExchange(user: string, virtualHost: string, name: string, ifUnused: boolean): void;
  bind(user: string, virtualHost: string, binding: DirectBinding): void;
  unbind(user: string, virtualHost: string, binding: DirectBinding): void;
  /** True when it reached a queue, and is where that queue keeps it. */
  publish(user: string, virtualHost: string, message: DirectPublish): Promise<boolean>;
  /** Takes up to `count` messages; they go back, marked redelivered, unless `settle` says otherwise. */
  get(
    user: string,
    virtualHost: string,
    queue: string,
    count: number,
    settle: 'requeue' | 'reject-requeue' | 'acknowledge' | 'reject',
  ): Promise<readonly DirectMessage[]>;
}

export interface DirectQueue {
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly arguments: Declared;
}

export interface DirectExchange {
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: Declared;
}

export interface DirectBinding {
  readonly source: string;
  readonly destination: string;
  readonly kind: 'queue' | 'exchange';
  readonly routingKey: string;
  readonly arguments: Declared;
}

/** Properties by their names in RabbitMQ's JSON, `content_type` for example; `headers` is a table. */
export type DirectProperties = Declared;

export interface DirectPublish {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: DirectProperties;
  readonly body: Uint8Array;
}

export interface DirectMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly redelivered: boolean;
  /** Ready messages that are left behind it. */
  readonly remaining: number;
  readonly properties: DirectProperties;
  readonly body: Uint8Array;
}
