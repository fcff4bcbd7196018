import type { ConsumerReport } from '../../core/index.js';
import type { CountHeader } from './delivered-content.js';
import { shortString } from './short-string.js';
import type { StreamFilter } from './stream-filter.js';

export interface Consumer {
  readonly tag: string;
  /** The tag as deliveries carry it. */
  readonly tagBytes: Buffer;
  readonly noAck: boolean;
  /** The default exchange and the queue's name, each with its length octet. */
  readonly queueRouting: Buffer;
  readonly countHeader: CountHeader | undefined;
  /** What is told about it. */
  readonly report: Omit<ConsumerReport, 'tag'>;
  /** Consumes the channel's direct replies. */
  readonly directReply: boolean;
  /** Which messages of a stream it wants; undefined: all that there are. */
  readonly filter: StreamFilter | undefined;
  readonly token: number;
  subscription: number;
  /** The core's handle of what it reads, for a stream's consumer; else -1. */
  stream: number;
}

/** The consumers of one channel, by tag and by the token that their deliveries carry. */
export class ConsumerTable {
  private readonly byTag = new Map<string, Consumer>();
  private readonly byToken: (Consumer | undefined)[] = [];

  add(tag: string, what: Omit<Consumer, 'tag' | 'tagBytes' | 'token' | 'subscription' | 'stream'>): Consumer {
    const free = this.byToken.indexOf(undefined);
    const token = free < 0 ? this.byToken.length : free;
    const consumer: Consumer = { ...what, tag, tagBytes: shortString(tag), token, subscription: -1, stream: -1 };
    this.byToken[token] = consumer;
    this.byTag.set(tag, consumer);
    return consumer;
  }

  withTag(tag: string): Consumer | undefined {
    return this.byTag.get(tag);
  }

  withToken(token: number): Consumer | undefined {
    return this.byToken[token];
  }

  all(): IterableIterator<Consumer> {
    return this.byTag.values();
  }

  remove(consumer: Consumer): void {
    this.byTag.delete(consumer.tag);
    this.byToken[consumer.token] = undefined;
  }
}
