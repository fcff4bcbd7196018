import { DIALECT_AMQP, DIALECT_NATIVE, DIALECT_SQS, encodeUtf8 } from '../bytes/index.js';
import type { Route } from './broker.js';
import { BrokerError } from './broker-error.js';
import type { Destinations } from './catalog/destinations.js';
import type { TopicEntry } from './catalog/topic-entry.js';
import { Deduplication, scopedId } from './delivery/deduplication.js';
import type { DeliveryContext } from './delivery/delivery-context.js';
import { refuses } from './delivery/max-length.js';
import type { MessageQueue } from './delivery/message-queue.js';
import type { BatchRecord } from './log/batch-appender.js';
import type { Partition } from './log/partition.js';
import { partitionOf } from './log/partitioner.js';
import type { Outgoing, PublishOutcome } from './message.js';

/** From this size on a message that goes to several queues is stored once and referred to. */
const SHARE_BYTES = 512;

/** Names of the record header that carries a sender's own envelope into a topic: `rosettamq.<dialect>`. */
export const ENVELOPE_HEADERS: ReadonlyMap<number, Uint8Array> = new Map([
  [DIALECT_AMQP, encodeUtf8('rosettamq.amqp')],
  [DIALECT_SQS, encodeUtf8('rosettamq.sqs')],
  [DIALECT_NATIVE, encodeUtf8('rosettamq.native')],
]);

/** Puts a message into every destination of its route. */
export class Publisher {
  readonly #context: DeliveryContext;
  readonly #destinations: Destinations;
  readonly #appended: (partition: Partition) => void;
  readonly #record = new TopicRecord();
  readonly #outcome = { routed: 0, refused: 0, flush: 0, seq: -1, duplicate: false, acceptedMs: 0 };

  constructor(context: DeliveryContext, destinations: Destinations, appended: (partition: Partition) => void) {
    this.#context = context;
    this.#destinations = destinations;
    this.#appended = appended;
  }

  publish(route: Route, message: Outgoing): PublishOutcome {
    const outcome = this.#outcome;
    outcome.routed = 0;
    outcome.refused = 0;
    outcome.flush = 0;
    outcome.seq = -1;
    outcome.duplicate = false;
    outcome.acceptedMs = this.#context.nowMs;
    const size = message.envelopeLength + message.bodyLength;
    const { maxRecordBytes } = this.#context.memory;
    if (size > maxRecordBytes)
      throw new BrokerError('too-large', `a message of ${size} bytes, ${maxRecordBytes} is most`);
    const { queues, topics } = route;
    // what is wrong with the message must be found out before the first queue has it
    if (queues.length > 1) this.#context.writer.prepare(message, outcome.acceptedMs, 0, 0, undefined, -1);
    const reference =
      queues.length > 1 && size >= SHARE_BYTES && !message.transient ? this.#share(queues, message) : -1;
    for (const handle of queues) {
      const entry = this.#destinations.queueOrUndefined(handle);
      if (entry !== undefined) this.#publishToQueue(entry.state, message, reference);
    }
    for (const handle of topics) {
      const topic = this.#destinations.topicOrUndefined(handle);
      if (topic === undefined) continue;
      const partition = this.#partition(topic, message);
      const seq = this.#appendToTopic(partition, message);
      if (outcome.routed === 0) outcome.seq = seq;
      outcome.routed++;
      outcome.flush = Math.max(outcome.flush, partition.waitFlush);
    }
    return outcome;
  }

  #publishToQueue(queue: MessageQueue, message: Outgoing, reference: number): void {
    const outcome = this.#outcome;
    if (refuses(queue)) {
      outcome.refused++;
      if (queue.settings.overflow === 'reject-publish-dlx') this.#deadLetter(queue, message);
      return;
    }
    const { deduplicationId } = message;
    const { deduplicationMs, deduplicationScope } = queue.settings;
    const deduplicates = deduplicationId !== undefined && deduplicationMs !== undefined;
    const id = deduplicates ? scopedId(deduplicationScope, deduplicationId, message.group) : '';
    if (deduplicates && this.#duplicate(queue, id)) return;
    const seq = queue.tail;
    const flush = queue.append(message, undefined, queue.durable ? reference : -1, 0);
    if (deduplicates) {
      queue.deduplication ??= new Deduplication(deduplicationMs);
      queue.deduplication.windowMs = deduplicationMs;
      queue.deduplication.add(id, seq, this.#context.nowMs, flush);
    }
    if (outcome.routed === 0) outcome.seq = seq;
    outcome.routed++;
    if (flush > outcome.flush) outcome.flush = flush;
  }

  /** A message that a full queue does not take goes where its surplus goes. */
  #deadLetter(queue: MessageQueue, message: Outgoing): void {
    const { writer, nowMs } = this.#context;
    writer.prepare(message, nowMs, 0, 0, undefined, -1);
    const buffer = new Uint8Array(writer.sizeBytes);
    writer.write(buffer, 0);
    const record = { buffer, at: 0, sharedBuffer: undefined, sharedAt: 0 };
    if (queue.settings.deadLetter !== undefined) this.#context.deadLetter(queue, -1, record, 0, 'maxlen');
  }

  /** A message that comes from another queue: no deduplication, `attempts` behind it where they count on. */
  forward(handles: readonly number[], message: Outgoing, history: Uint8Array | undefined, attempts: number): void {
    for (const handle of handles) {
      const entry = this.#destinations.queueOrUndefined(handle);
      if (entry !== undefined && entry.partition < 0) {
        entry.state.append(message, history, -1, attempts);
        continue;
      }
      const topic = this.#destinations.topicOrUndefined(
        entry === undefined ? handle : this.#destinations.topicOfQueue(entry),
      );
      // without a key a compacted topic could not tell it apart, and there is nobody to be told
      if (topic === undefined || (message.keyLength < 0 && topic.settings.compact === true)) continue;
      this.#appendToTopic(this.#partition(topic, message), message);
    }
  }

  /** Stores envelope and body once, when at least two durable queues take them. Returns the shared sequence or -1. */
  #share(queues: readonly number[], message: Outgoing): number {
    let durable = 0;
    for (const handle of queues) {
      const state = this.#destinations.queueOrUndefined(handle)?.state;
      if (state !== undefined && state.durable && !refuses(state)) durable++;
    }
    if (durable < 2) return -1;
    const { writer, shared, builder, nowMs } = this.#context;
    writer.prepare(message, nowMs, 0, 0, undefined, -1);
    const seq = shared.append(writer.sizeBytes, writer.timestampMs);
    writer.write(builder.buffer, builder.place);
    this.#context.gathered(false);
    return seq;
  }

  #duplicate(queue: MessageQueue, id: string): boolean {
    const known = queue.deduplication?.find(id, this.#context.nowMs);
    if (known === undefined) return false;
    const outcome = this.#outcome;
    outcome.duplicate = true;
    if (outcome.routed === 0) outcome.seq = known.seq;
    outcome.acceptedMs = known.timeMs;
    outcome.routed++;
    outcome.flush = Math.max(outcome.flush, known.flush);
    return true;
  }

  #partition(topic: TopicEntry, message: Outgoing): Partition {
    const { parts } = topic;
    const { keyLength } = message;
    if (keyLength < 0) {
      if (topic.settings.compact === true) {
        throw new BrokerError('missing-key', `topic '${topic.name}' is compacted: a record needs a key`);
      }
      topic.nextPartition = (topic.nextPartition + 1) % parts.length;
      return parts[topic.nextPartition];
    }
    if (parts.length === 1) return parts[0];
    const key = new Uint8Array(keyLength);
    message.copyKey(key, 0);
    return parts[partitionOf(key, keyLength, parts.length)];
  }

  #appendToTopic(partition: Partition, message: Outgoing): number {
    this.#record.message = message;
    const offset = partition.appendRecord(this.#record, this.#context.nowMs);
    this.#appended(partition);
    return offset;
  }
}

/** A message as a record of a topic: routing and envelope travel in one record header. */
class TopicRecord implements BatchRecord {
  message!: Outgoing;

  get timestampMs(): number {
    return this.message.timestampMs;
  }
  get keyLength(): number {
    return this.message.keyLength;
  }
  copyKey(target: Uint8Array, at: number): void {
    this.message.copyKey(target, at);
  }
  get valueLength(): number {
    return this.message.bodyLength;
  }
  copyValue(target: Uint8Array, at: number): void {
    this.message.copyBody(target, at);
  }
  get headerName(): Uint8Array {
    return ENVELOPE_HEADERS.get(this.message.dialect)!;
  }
  get headerLength(): number {
    return this.message.routingLength + this.message.envelopeLength;
  }
  copyHeader(target: Uint8Array, at: number): void {
    this.message.copyRouting(target, at);
    this.message.copyEnvelope(target, at + this.message.routingLength);
  }
}
