import { decodeUtf8, encodeUtf8, readU32 } from '../../bytes/index.js';
import type { Destinations } from '../catalog/destinations.js';
import type { MetadataEffects } from '../catalog/metadata-effects.js';
import { ForwardedMessage } from '../delivery/forwarded-message.js';
import { RecordView } from '../delivery/record-view.js';
import type { Publisher } from '../publisher.js';
import type { Router } from '../routing/router.js';
import type { Partition } from './partition.js';

const LOG_EXCHANGE = 'amq.log.';

/**
 * Topics that something is bound to: each of their records becomes a message on the reserved exchange
 * `amq.log.<topic>`. A cursor per partition, kept as `f/<log>`, says how far that has got. Nobody else pays for it.
 */
export class TopicFeeds {
  readonly #destinations: Destinations;
  readonly #router: Router;
  readonly #metadata: MetadataEffects;
  readonly #publisher: Publisher;
  /** The next offset to feed, by log. */
  readonly #cursors = new Map<number, number>();
  readonly #view = new RecordView();

  constructor(destinations: Destinations, router: Router, metadata: MetadataEffects, publisher: Publisher) {
    this.#destinations = destinations;
    this.#router = router;
    this.#metadata = metadata;
    this.#publisher = publisher;
  }

  /** A binding from that exchange came or went: feeding begins with what is appended from now on, or ends. */
  bindingsChanged(virtualHost: string, exchange: string): void {
    if (!exchange.startsWith(LOG_EXCHANGE)) return;
    const topic = this.#destinations.findTopic(virtualHost, exchange.slice(LOG_EXCHANGE.length));
    if (topic < 0) return;
    const bound = this.#isBound(virtualHost, exchange);
    for (const partition of this.#destinations.topic(topic).parts) {
      if (!bound) this.drop(partition);
      else if (!this.#cursors.has(partition.log)) this.#move(partition, partition.end);
    }
  }

  #isBound(virtualHost: string, exchange: string): boolean {
    const table = this.#router.tables.of(virtualHost);
    const source = table.get(exchange);
    if (source === undefined) return false;
    for (const _binding of table.bindingsFrom(source)) return true;
    return false;
  }

  /** The next offset of a partition that is to be fed; -1 when nothing is bound to its topic. */
  cursor(partition: Partition): number {
    return this.#cursors.get(partition.log) ?? -1;
  }

  /** Routes records in the layout of a queue's log, one after another; `next` is the offset after the last. */
  feed(partition: Partition, buffers: readonly Uint8Array[], next: number): void {
    const topic = this.#destinations.topic(partition.topic);
    const exchange = LOG_EXCHANGE + topic.name;
    const view = this.#view;
    for (const buffer of buffers) {
      for (let at = 0; at < buffer.length; at += 4 + readU32(buffer, at)) {
        view.read(buffer, at);
        const key = view.routingKey;
        const queues = this.#router.reach(topic.virtualHost, exchange, key, NO_HEADERS, () => -1);
        this.#publisher.forward(queues, new ForwardedMessage(view, exchange, key), undefined, 0);
      }
    }
    this.#move(partition, next);
  }

  drop(partition: Partition): void {
    if (this.#cursors.delete(partition.log)) this.#metadata.remove(`f/${partition.log}`);
  }

  restore(key: string, value: Uint8Array): boolean {
    if (!key.startsWith('f/')) return false;
    this.#cursors.set(Number(key.slice(2)), Number(decodeUtf8(value)));
    return true;
  }

  #move(partition: Partition, offset: number): void {
    this.#cursors.set(partition.log, offset);
    this.#metadata.put(`f/${partition.log}`, encodeUtf8(String(offset)));
  }
}

/** The reserved exchange is a topic exchange: it routes by key alone, and what follows it by headers gets none. */
const NO_HEADERS = (): { get(): undefined } => ({ get: () => undefined });
