import { decodeUtf8, encodeUtf8 } from '../../bytes/index.js';
import type { ShareSettings } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import type { DeliveryContext } from '../delivery/delivery-context.js';
import { MessageQueue } from '../delivery/message-queue.js';
import type { Partition } from '../log/partition.js';
import type { MetadataEffects } from './metadata-effects.js';
import { QueueEntry } from './queue-entry.js';
import type { TopicEntry } from './topic-entry.js';

/**
 * Share groups' delivery state, one queue for each partition that a group works off. Kept as `ks/<log>`, a key behind
 * those of the topics: JSON with a format number, the partition by its log, which is never used twice.
 */
const PREFIX = 'ks/';
const FORMAT = 1;

interface ShareRecord extends ShareSettings {
  readonly partitionLog: number;
  readonly group: string;
  readonly createdMs: number;
}

/** What stands under a key, and the log under which its state is journaled. */
export interface StoredShare extends ShareRecord {
  readonly log: number;
}

/** One share: where it belongs, and how it is worked off. */
export interface ShareOrigin {
  readonly handle: number;
  readonly log: number;
  readonly topic: TopicEntry;
  readonly partition: Partition;
  readonly group: string;
  readonly settings: ShareSettings;
  readonly createdMs: number;
}

export class Shares {
  readonly #context: DeliveryContext;
  readonly #metadata: MetadataEffects;
  readonly #byPartition = new Map<number, Map<string, QueueEntry>>();

  constructor(context: DeliveryContext, metadata: MetadataEffects) {
    this.#context = context;
    this.#metadata = metadata;
  }

  /** A new share, which begins at `fromOffset`. Throws `exists`. */
  open(origin: ShareOrigin, fromOffset: number): QueueEntry {
    const { partition, group } = origin;
    if (this.find(partition.handle, group) !== undefined) {
      throw new BrokerError('exists', `the share group '${group}' works off partition ${partition.index} already`);
    }
    const entry = this.#add(origin);
    const { state } = entry;
    const first = Math.min(Math.max(fromOffset, partition.logStart), partition.visibleEnd(entry.uncommitted));
    if (first > 0) {
      state.done.addRange(0, first - 1);
      state.notes.doneRange(0, first - 1);
      this.#context.journalLater(state);
    }
    state.window.reset(first);
    state.tail = state.visibleEnd = first;
    this.#put(entry, partition, origin.settings);
    return entry;
  }

  configure(entry: QueueEntry, partition: Partition, settings: ShareSettings): void {
    entry.settings = entry.state.settings = limitOf(settings);
    entry.uncommitted = settings.uncommitted;
    this.#put(entry, partition, settings);
  }

  /** False when the queue is no share. */
  remove(entry: QueueEntry): boolean {
    const shares = this.#byPartition.get(entry.partition);
    if (shares?.get(entry.name) !== entry) return false;
    shares.delete(entry.name);
    if (shares.size === 0) this.#byPartition.delete(entry.partition);
    this.#metadata.remove(PREFIX + entry.log);
    return true;
  }

  find(partition: number, group: string): QueueEntry | undefined {
    return this.#byPartition.get(partition)?.get(group);
  }

  over(partition: Partition): Iterable<QueueEntry> {
    return this.#byPartition.get(partition.handle)?.values() ?? [];
  }

  of(group: string): QueueEntry[] {
    const found: QueueEntry[] = [];
    for (const shares of this.#byPartition.values()) {
      const entry = shares.get(group);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  /** One key of the metadata store; undefined when it is not of this kind. {@link restore} takes it in. */
  static read(key: string, value: Uint8Array): StoredShare | undefined {
    if (!key.startsWith(PREFIX)) return undefined;
    const record = JSON.parse(decodeUtf8(value)) as ShareRecord & { readonly format: number };
    if (record.format !== FORMAT) throw new RangeError(`a share of format ${record.format}, ${FORMAT} is known`);
    return { ...record, log: Number(key.slice(PREFIX.length)) };
  }

  restore(origin: ShareOrigin): QueueEntry {
    return this.#add(origin);
  }

  #add({ handle, log, topic, partition, group, settings, createdMs }: ShareOrigin): QueueEntry {
    const spec = { durable: true, autoDelete: false, owner: 0, grouped: false, retainMs: undefined };
    const limit = limitOf(settings);
    const state = new MessageQueue(this.#context, handle, log, { ...spec, settings: limit, source: partition.log });
    const { virtualHost, dialect } = topic;
    const entry = new QueueEntry(
      state,
      virtualHost,
      group,
      { ...spec, settings: limit, dialect },
      new Map(),
      partition.handle,
      createdMs,
      createdMs,
    );
    entry.uncommitted = settings.uncommitted;
    let shares = this.#byPartition.get(partition.handle);
    if (shares === undefined) {
      shares = new Map();
      this.#byPartition.set(partition.handle, shares);
    }
    shares.set(group, entry);
    return entry;
  }

  #put(entry: QueueEntry, partition: Partition, settings: ShareSettings): void {
    const record: ShareRecord = {
      partitionLog: partition.log,
      group: entry.name,
      maxAttempts: settings.maxAttempts,
      uncommitted: settings.uncommitted,
      createdMs: entry.createdMs,
    };
    this.#metadata.put(PREFIX + entry.log, encodeUtf8(JSON.stringify({ format: FORMAT, ...record })));
  }
}

/** The last attempt is the one after which a record that is given back is archived. */
function limitOf({ maxAttempts }: ShareSettings): { readonly deliveryLimit: number } {
  return { deliveryLimit: Math.max(0, maxAttempts - 1) };
}
