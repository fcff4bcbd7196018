import type { Broker, ExchangeInfo, ExchangeNotes } from '../../../../core/index.js';
import { invalid } from '../sns-error.js';
import { Topic, type TopicRecord } from './topic.js';

/** It must stay, and whoever publishes must reach every binding. */
function isUsable({ type, durable, autoDelete, internal }: ExchangeInfo): boolean {
  return type === 'fanout' && durable && !autoDelete && !internal;
}

/** The topics of all virtual hosts: exchanges that SNS has its note on. */
export class Topics {
  readonly #broker: Broker;
  readonly #known = new WeakMap<ExchangeNotes, Topic>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  find(virtualHost: string, name: string): Topic | undefined {
    if (!this.#broker.hasVirtualHost(virtualHost)) return undefined;
    const info = this.#broker.exchange(virtualHost, name);
    return info === undefined || !Topic.is(info) ? undefined : this.#of(info);
  }

  /** In the order of their names. */
  in(virtualHost: string): Topic[] {
    if (!this.#broker.hasVirtualHost(virtualHost)) return [];
    return this.#broker
      .exchanges(virtualHost)
      .map((name) => this.find(virtualHost, name))
      .filter((topic) => topic !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  all(): Topic[] {
    return this.#broker.virtualHosts().flatMap((virtualHost) => this.in(virtualHost));
  }

  /**
   * Makes the exchange, or takes on the one that is there, which must be a durable fanout exchange. Throws InvalidParameter for any other.
   */
  create(virtualHost: string, name: string, record: Omit<TopicRecord, 'adopted'>): Topic {
    const broker = this.#broker;
    if (!broker.hasVirtualHost(virtualHost)) broker.createVirtualHost(virtualHost);
    const existing = broker.exchange(virtualHost, name);
    if (existing !== undefined && !isUsable(existing)) {
      throw invalid(`Name Reason: the exchange ${name} is not a durable fanout exchange`);
    }
    if (existing === undefined) {
      broker.createExchange(virtualHost, name, {
        type: 'fanout',
        durable: true,
        autoDelete: false,
        internal: false,
        alternate: undefined,
        declared: {},
      });
    }
    const topic = this.#of(broker.exchange(virtualHost, name)!);
    topic.put({ ...record, adopted: existing !== undefined });
    return topic;
  }

  /** The exchange goes too, unless it was there before the topic. */
  delete(topic: Topic): void {
    const { adopted } = topic.record;
    topic.forget();
    if (!adopted) this.#broker.deleteExchange(topic.virtualHost, topic.name, false);
  }

  #of(info: ExchangeInfo): Topic {
    let topic = this.#known.get(info.notes);
    if (topic === undefined) {
      topic = new Topic(info);
      this.#known.set(info.notes, topic);
    }
    return topic;
  }
}
