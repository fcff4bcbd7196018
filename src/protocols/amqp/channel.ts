import { BrokerError, type Delivery, type QueueInfo, type SessionSink } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import type { ConfirmingChannel, ConnectionContext } from './connection-context.js';
import { Confirms } from './confirms.js';
import { type Consumer, ConsumerTable } from './consumer-table.js';
import { ContentAssembler } from './content-assembler.js';
import { type CountHeader, DeliveredContent } from './delivered-content.js';
import { DirectReply } from './direct-reply.js';
import { writeContentMethod, writeDelivery, writeMethod } from './frame-writer.js';
import type { MethodArguments } from './method-codec.js';
import { methodCode, type MethodName } from './methods.js';
import { Publisher } from './publisher.js';
import type { PublishView } from './publish-view.js';
import { ReplyOrder, type Place } from './reply-order.js';
import { routingToQueue } from './short-string.js';
import { Transaction } from './transaction.js';

/** A basic.get that was handed to the core. */
interface PendingGet {
  /** Messages that will be ready after it, for get-ok. */
  readonly remaining: number;
  readonly queueRouting: Buffer;
  readonly countHeader: CountHeader | undefined;
  /** Where its answer belongs when it could not be given at once. */
  place: Place | undefined;
}

/** Tokens of basic.get begin here; those of consumers below. */
const firstGetToken = 2 ** 30;

/** One open channel: its session in the core, its consumers, its confirms, and the order of what it writes. */
export class Channel implements SessionSink, ConfirmingChannel {
  readonly number: number;
  readonly connection: ConnectionContext;
  readonly session: number;
  readonly order: ReplyOrder;
  readonly consumers = new ConsumerTable();
  readonly directReply: DirectReply;
  readonly assembler: ContentAssembler;
  /** The queue that the empty name stands for: the last one declared on this channel. */
  lastQueue: string | undefined = undefined;
  /** For consumers that begin from now on; 0: no limit. */
  prefetch = 0;
  /** Over all consumers of the channel; 0: no limit. */
  sharedPrefetch = 0;
  confirms: Confirms | undefined = undefined;
  transaction: Transaction | undefined = undefined;
  private readonly publisher: Publisher;
  private readonly content: DeliveredContent;
  private readonly gets = new Map<number, PendingGet>();
  private nextGetToken = firstGetToken;
  /** Deliveries that a filter kept from their consumer. */
  private skipped: number[] = [];
  private closed = false;

  constructor(number: number, connection: ConnectionContext) {
    this.number = number;
    this.connection = connection;
    this.order = new ReplyOrder(connection.out, () => connection.markDirty());
    this.directReply = new DirectReply(this);
    this.assembler = new ContentAssembler(connection.maxMessageBytes);
    this.publisher = new Publisher(this);
    this.content = new DeliveredContent(connection.translate);
    this.session = connection.broker.openSession(this);
  }

  /** Ends the session: what it holds goes back to the queues. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.order.discard();
    this.connection.broker.closeSession(this.session);
    for (const { stream } of this.consumers.all()) if (stream >= 0) this.connection.broker.deleteQueue(stream);
  }

  /** Is it still one of its consumers? */
  consumes(consumer: Consumer): boolean {
    return !this.closed && this.consumers.withToken(consumer.token) === consumer;
  }

  publish(view: PublishView): void {
    this.publisher.publish(view);
  }

  reply<Name extends MethodName>(name: Name, args: MethodArguments<Name>): void {
    writeMethod(this.order.out, this.number, name, args);
    this.connection.markDirty();
  }

  /** Replies at a place that was held before. */
  replyAt<Name extends MethodName>(place: Place, name: Name, args: MethodArguments<Name>): void {
    writeMethod(place.out, this.number, name, args);
  }

  /** Replies when what the core was last told is stable; everything that the channel writes after it comes after it. */
  replyWhenStable<Name extends MethodName>(name: Name, args: MethodArguments<Name>): void {
    const { broker, host } = this.connection;
    const place = this.order.hold();
    this.replyAt(place, name, args);
    host.whenStable(broker.flush, () => place.release());
  }

  /** Replies at once when only memory changed. */
  replyAfter<Name extends MethodName>(durable: boolean, name: Name, args: MethodArguments<Name>): void {
    if (durable) this.replyWhenStable(name, args);
    else this.reply(name, args);
  }

  /** Runs a command, and keeps what it brings to this channel until its answer goes out (see {@link replyAfter}). */
  beforeReply<T>(durable: boolean, command: () => T): T {
    const place = this.order.hold();
    try {
      return command();
    } finally {
      const { broker, host } = this.connection;
      if (durable) host.whenStable(broker.flush, () => place.release());
      else place.release();
    }
  }

  // ---- settling deliveries

  /** @throws ChannelError 406 for a tag that is not in flight on this channel */
  acknowledge(tag: number, multiple: boolean): void {
    this.settle(tag, multiple, (id, upTo) => this.connection.broker.acknowledge(this.session, id, upTo));
  }

  /** @throws ChannelError 406 for a tag that is not in flight on this channel */
  reject(tag: number, multiple: boolean, requeue: boolean): void {
    const { broker } = this.connection;
    this.settle(tag, multiple, (id, upTo) => {
      if (requeue) broker.release(this.session, id, upTo);
      else broker.reject(this.session, id, upTo);
    });
  }

  /** basic.recover: everything in flight goes back to where it was, but for what a transaction will settle. */
  recover(): void {
    const { broker } = this.connection;
    if (this.transaction === undefined) broker.release(this.session, 0, true, 0);
    else for (const tag of this.inFlight(0, true)) broker.release(this.session, tag, false, 0);
  }

  private settle(tag: number, multiple: boolean, run: (tag: number, multiple: boolean) => void): void {
    const { transaction } = this;
    if (tag === 0 && !multiple) throw unknownTag(tag);
    if (transaction !== undefined) {
      const tags = this.inFlight(tag, multiple);
      if (tag !== 0 && !tags.includes(tag)) throw unknownTag(tag);
      transaction.settle(tags, () => {
        for (const each of tags) run(each, false);
      });
      return;
    }
    try {
      run(tag, multiple);
    } catch (error) {
      if (error instanceof BrokerError && error.kind === 'unknown-delivery') throw unknownTag(tag);
      throw error;
    }
  }

  /** The tags that are meant, of those in flight that no transaction has settled. */
  private inFlight(tag: number, multiple: boolean): readonly number[] {
    const { broker } = this.connection;
    const to = multiple && tag === 0 ? Number.MAX_SAFE_INTEGER : tag;
    const tags = broker.inFlight(this.session, multiple ? 0 : tag, to);
    return tags.filter((each) => this.transaction?.isSettled(each) !== true);
  }

  // ---- deliveries

  /** Asks the core for one message; the answer is get-ok or get-empty, in the order of the channel's replies. */
  get(queue: QueueInfo, noAck: boolean, countHeader: CountHeader | undefined): void {
    const { broker } = this.connection;
    const token = this.nextGetToken++;
    const get: PendingGet = {
      remaining: Math.max(0, broker.counts(queue.handle).ready - 1),
      queueRouting: routingToQueue(queue.name),
      countHeader,
      place: undefined,
    };
    this.gets.set(token, get);
    broker.acquire(this.session, queue.handle, { token, max: 1, noAck, visibilityMs: undefined, waitMs: 0 });
    if (this.gets.has(token)) get.place = this.order.hold();
  }

  deliver(delivery: Delivery): boolean {
    const { number, content, connection } = this;
    const { out } = this.order;
    const { frameMaxBytes } = connection.tuning;
    const consumer = this.consumers.withToken(delivery.token);
    if (consumer === undefined) this.answerGet(delivery);
    else {
      const { queueRouting, countHeader } = consumer;
      // RabbitMQ counts for a consumer from the second delivery on, for basic.get from the first
      const first = countHeader === 'x-delivery-count' && delivery.attempts === 1;
      this.fillContent(delivery, queueRouting, first ? undefined : countHeader);
      if (consumer.filter?.wants(content) === false) {
        this.skip(delivery.deliveryId);
        return true;
      }
      writeDelivery(out, frameMaxBytes, number, consumer.tagBytes, delivery.deliveryId, delivery.redelivered, content);
    }
    connection.markDirty();
    if (!connection.outputFull(out === connection.out ? 0 : out.length)) return true;
    connection.resumeLater(this.session);
    return false;
  }

  /** Settles a delivery that its consumer does not want, once the core has handed out what there is. */
  private skip(deliveryId: number): void {
    this.skipped.push(deliveryId);
    if (this.skipped.length > 1) return;
    setImmediate(() => {
      const { host, broker } = this.connection;
      const unwanted = this.skipped;
      this.skipped = [];
      if (this.closed) return;
      host.enter();
      for (const id of unwanted) broker.acknowledge(this.session, id, false);
    });
  }

  /** Nothing may be thrown at the core while it hands out messages. */
  private fillContent(delivery: Delivery, queueRouting: Buffer, countHeader: CountHeader | undefined): void {
    try {
      this.content.fill(delivery, queueRouting, countHeader);
    } catch (error) {
      const { queue, seq, dialect } = delivery;
      this.connection.host.log('error', 'amqp: a message could not be translated', { queue, seq, dialect, err: error });
      this.content.fillUntranslated(delivery);
    }
  }

  acquired(token: number, count: number): void {
    const get = this.gets.get(token);
    if (get === undefined) return;
    this.gets.delete(token);
    if (count === 0) {
      writeMethod(get.place?.out ?? this.order.out, this.number, 'basic.get-empty', { reserved1: '' });
      this.connection.markDirty();
    }
    get.place?.release();
  }

  cancelled(token: number): void {
    const consumer = this.consumers.withToken(token);
    if (consumer === undefined || this.closed) return;
    this.consumers.remove(consumer);
    if (consumer.directReply) this.directReply.close();
    if (this.connection.capabilities.consumerCancelNotify) {
      this.reply('basic.cancel', { consumerTag: consumer.tag, noWait: true });
    }
  }

  private answerGet(delivery: Delivery): void {
    const get = this.gets.get(delivery.token);
    if (get === undefined) return;
    this.fillContent(delivery, get.queueRouting, get.countHeader);
    const before = Buffer.alloc(13);
    before.writeUInt32BE(methodCode('basic.get-ok'), 0);
    before.writeBigUInt64BE(BigInt(delivery.deliveryId), 4);
    before[12] = delivery.redelivered ? 1 : 0;
    const after = Buffer.alloc(4);
    after.writeUInt32BE(get.remaining, 0);
    const out = get.place?.out ?? this.order.out;
    writeContentMethod(out, this.connection.tuning.frameMaxBytes, this.number, before, after, this.content);
  }

  // ---- confirms

  /** Confirms a publish when `flush` is stable; 0: at the end of this turn. */
  confirm(tag: number, flush: number): void {
    const { confirms } = this;
    if (confirms === undefined) return;
    if (flush === 0) {
      confirms.accepted(tag);
      this.connection.confirmLater(this);
      return;
    }
    if (!confirms.waiting) this.connection.awaitStable(this);
    confirms.acceptedWith(tag, flush);
    // a duplicate waits for the flush of its original, which may be the last one for a while
    const { broker, host } = this.connection;
    if (flush < broker.flush) host.whenStable(flush, () => this.confirmStable(flush));
  }

  /** Without confirms a refusal is silent, as it is in RabbitMQ. */
  refuse(tag: number): void {
    if (this.confirms === undefined || tag === 0) return;
    this.confirms.refused(tag, this.order.out);
    this.connection.markDirty();
  }

  writeReadyConfirms(): void {
    if (!this.closed) this.confirms?.writeReady(this.order.out);
  }

  confirmStable(stableFlush: number): boolean {
    if (this.closed || this.confirms === undefined) return false;
    if (this.confirms.stable(stableFlush, this.order.out)) this.connection.markDirty();
    return this.confirms.waiting;
  }
}

function unknownTag(tag: number): ChannelError {
  return new ChannelError('PRECONDITION_FAILED', `unknown delivery tag ${tag}`);
}
