import type { ExchangeInfo, ExchangeNotes } from '../../../../core/index.js';
import { readSubscription, type Subscription, type SubscriptionRecord } from '../subscription/subscription.js';

/** The note that makes an exchange a topic. */
const topicNote = 'sns';
const subscriptionPrefix = 'sns.subscription.';
const sequenceNote = 'sns.sequence';

/** How many sequence numbers are set aside with one write. */
const sequencesAhead = 1_000_000;

/** What is kept of a topic. */
export interface TopicRecord {
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** The exchange was there before, and stays when the topic is deleted. */
  readonly adopted: boolean;
}

/** An exchange as SNS sees it: a view of its notes, which are the truth. */
export class Topic {
  readonly virtualHost: string;
  readonly name: string;
  readonly #notes: ExchangeNotes;
  #readVersion = -1;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #byQueue = new Map<string, Subscription>();
  #nextSequence = 0;
  #reservedSequence = 0;

  constructor(info: ExchangeInfo) {
    this.virtualHost = info.virtualHost;
    this.name = info.name;
    this.#notes = info.notes;
    const reserved = this.#notes.get(sequenceNote);
    if (typeof reserved?.['upTo'] === 'number') this.#nextSequence = this.#reservedSequence = reserved['upTo'];
  }

  static is(info: ExchangeInfo): boolean {
    return info.notes.get(topicNote) !== undefined;
  }

  /** Goes up with every change of what is kept. */
  get version(): number {
    return this.#notes.version;
  }

  get fifo(): boolean {
    return this.record.attributes['FifoTopic'] === 'true';
  }

  get record(): TopicRecord {
    return this.#notes.get(topicNote) as unknown as TopicRecord;
  }

  put(record: TopicRecord): void {
    this.#notes.put(topicNote, { ...record });
  }

  /** By id. */
  get subscriptions(): ReadonlyMap<string, Subscription> {
    this.#read();
    return this.#subscriptions;
  }

  /** The subscription that a queue gets its messages by. */
  subscriptionOfQueue(queue: string): Subscription | undefined {
    this.#read();
    return this.#byQueue.get(queue);
  }

  putSubscription(id: string, record: SubscriptionRecord): void {
    this.#notes.put(subscriptionPrefix + id, { ...record });
  }

  removeSubscription(id: string): void {
    this.#notes.remove(subscriptionPrefix + id);
  }

  /** SNS has nothing to do with the exchange any more. */
  forget(): void {
    for (const id of this.subscriptions.keys()) this.removeSubscription(id);
    this.#notes.remove(sequenceNote);
    // Numbers that are not set aside any more are set aside anew before they are used.
    this.#reservedSequence = this.#nextSequence;
    this.#notes.remove(topicNote);
  }

  /** The next of the topic's sequence numbers, twenty digits; they never go back, also over a crash. */
  takeSequence(): string {
    if (this.#nextSequence >= this.#reservedSequence) {
      this.#reservedSequence = this.#nextSequence + sequencesAhead;
      this.#notes.put(sequenceNote, { upTo: this.#reservedSequence });
    }
    this.#nextSequence += 1;
    return `1${String(this.#nextSequence).padStart(19, '0')}`;
  }

  #read(): void {
    if (this.#readVersion === this.#notes.version) return;
    this.#readVersion = this.#notes.version;
    const before = new Map(this.#subscriptions);
    this.#subscriptions.clear();
    this.#byQueue.clear();
    for (const [name, note] of this.#notes.all()) {
      if (!name.startsWith(subscriptionPrefix)) continue;
      const id = name.slice(subscriptionPrefix.length);
      const record = note as unknown as SubscriptionRecord;
      const known = before.get(id);
      const subscription = known?.record === record ? known : readSubscription(this.name, id, record);
      this.#subscriptions.set(id, subscription);
      if (subscription.record.confirmed) this.#byQueue.set(subscription.queue, subscription);
    }
  }
}
