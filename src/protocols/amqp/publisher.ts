import { BrokerError, type MessageHeaders, type Route } from '../../core/index.js';
import { assertAllowed, assertTopicAllowed } from './access.js';
import { ChannelError, ConnectionError } from './amqp-error.js';
import { decodeProperties, encodeProperties, PropertyScan, type BasicProperties } from './basic-properties.js';
import type { Channel } from './channel.js';
import { readExpiration } from './expiration.js';
import { DecodeError, emptyTable, type FieldTable } from './field-table.js';
import { writeContentMethod } from './frame-writer.js';
import { bytesAt, HeaderScan, integerAt } from './header-scan.js';
import { routingHeaders } from './header-values.js';
import { encodeMethod } from './method-codec.js';
import { named } from './names.js';
import { OutgoingMessage } from './outgoing-message.js';
import type { PublishView } from './publish-view.js';
import { copyKeys } from './copies.js';
import { replyToAlias } from './direct-reply.js';
import { replyCodes } from './reply-code.js';
import { RouteCache, type KnownRoute } from './route-cache.js';

const persistentDeliveryMode = 2;
/** basic.return up to its address. */
const returnHead = Buffer.concat([
  encodeMethod('basic.return', { replyCode: replyCodes.NO_ROUTE, replyText: 'NO_ROUTE', exchange: '', routingKey: '' }),
]).subarray(0, -2);
const nothing = Buffer.alloc(0);

/** basic.publish of one channel, from positions in the read buffer to the core. */
export class Publisher {
  private readonly channel: Channel;
  private readonly routes: RouteCache;
  private readonly message = new OutgoingMessage();
  private readonly properties = new PropertyScan();
  private readonly headers = new HeaderScan();

  constructor(channel: Channel) {
    this.channel = channel;
    this.routes = new RouteCache(channel.connection.broker);
  }

  /** @throws ChannelError · ConnectionError */
  publish(view: PublishView): void {
    const { channel, message } = this;
    if (view.immediate) throw new ConnectionError('NOT_IMPLEMENTED', 'immediate=true');
    this.assertSize(view);
    this.fill(view);
    const known = this.headers.copies
      ? this.routeCopies(view)
      : this.routes.find(view, this.headersOfMessage, this.makeRoute);
    message.delayMs = known.delayed ? this.delayMs() : -1;
    const { transaction } = channel;
    if (transaction === undefined) this.send(known.route, message, view.mandatory);
    else {
      const exchange = view.buffer.toString('utf8', view.exchangeStart, view.exchangeEnd);
      const routingKey = view.buffer.toString('utf8', view.routingKeyStart, view.routingKeyEnd);
      const detached = message.detach();
      const properties = propertiesOf(detached);
      const route = (): Route => {
        if (known.route.version === channel.connection.broker.topologyVersion) return known.route;
        return this.makeRoute(exchange, routingKey, () => routingHeaders(properties, detached)).route;
      };
      transaction.publish(() => this.send(route(), detached, view.mandatory));
    }
  }

  /** Hands the message to the core and settles what its publisher asked to be told. */
  private send(route: Route, message: OutgoingMessage, mandatory: boolean): void {
    const { channel } = this;
    const { broker } = channel.connection;
    const tag = channel.confirms?.nextTag() ?? 0;
    if (route.queues.length + route.topics.length === 0) {
      if (mandatory) this.giveBack(message);
      if (tag > 0) channel.confirm(tag, 0);
      return;
    }
    channel.connection.notePublish();
    let refused = false;
    let flush = 0;
    try {
      const outcome = broker.publish(route, message);
      refused = outcome.refused > 0;
      flush = outcome.flush;
    } catch (error) {
      if (!(error instanceof BrokerError && error.kind === 'full' && tag > 0)) throw error;
      refused = true;
    }
    if (refused) channel.refuse(tag);
    else if (tag > 0) channel.confirm(tag, flush);
  }

  private giveBack(message: OutgoingMessage): void {
    const { channel } = this;
    const { frameMaxBytes } = channel.connection.tuning;
    writeContentMethod(channel.order.out, frameMaxBytes, channel.number, returnHead, nothing, message);
    channel.connection.markDirty();
  }

  private assertSize(view: PublishView): void {
    const { maxMessageBytes } = this.channel.connection;
    const size = view.bodyEnd - view.bodyStart;
    if (size <= maxMessageBytes) return;
    throw new ChannelError(
      'PRECONDITION_FAILED',
      `message size ${size} is larger than configured max size ${maxMessageBytes}`,
    );
  }

  /** Takes the message over from the read buffer, and what the core needs to know of its properties. */
  private fill(view: PublishView): void {
    const { message, properties, headers } = this;
    const { buffer } = view;
    message.routing = buffer;
    message.routingStart = view.routingStart;
    message.routingEnd = view.routingEnd;
    message.properties = buffer;
    message.propertiesStart = view.propertiesStart;
    message.propertiesEnd = view.propertiesEnd;
    message.body = buffer;
    message.bodyStart = view.bodyStart;
    message.bodyEnd = view.bodyEnd;
    message.group = undefined;
    message.deduplicationId = undefined;
    message.partitionKey = undefined;
    try {
      properties.read(buffer, view.propertiesStart, view.propertiesEnd);
      if (properties.headersStart < 0) headers.clear();
      else headers.read(buffer, properties.headersStart, properties.headersEnd);
    } catch (error) {
      if (error instanceof DecodeError) throw new ConnectionError('SYNTAX_ERROR', error.message);
      throw error;
    }
    message.transient = properties.deliveryMode !== persistentDeliveryMode;
    message.priority = properties.priority;
    message.ttlMs =
      properties.expirationStart < 0
        ? -1
        : readExpiration(buffer, properties.expirationStart, properties.expirationEnd);
    if (properties.userIdStart >= 0) this.assertUser(buffer);
    if (properties.replyToStart >= 0) this.replaceReplyTo(buffer);
    if (properties.headersStart >= 0) this.takeHeaders(buffer);
  }

  private takeHeaders(buffer: Buffer): void {
    const { message, headers } = this;
    if (headers.groupAt >= 0) message.group = bytesAt(buffer, headers.groupAt)?.toString('utf8');
    if (headers.deduplicationAt >= 0) {
      message.deduplicationId = bytesAt(buffer, headers.deduplicationAt)?.toString('utf8');
    }
    if (headers.partitionKeyAt >= 0) message.partitionKey = bytesAt(buffer, headers.partitionKeyAt);
  }

  private delayMs(): number {
    const { delayAt } = this.headers;
    const delayMs = delayAt < 0 ? undefined : integerAt(this.message.routing, delayAt);
    return delayMs === undefined || delayMs < 0 ? -1 : delayMs;
  }

  private assertUser(buffer: Buffer): void {
    const claimed = buffer.toString('utf8', this.properties.userIdStart, this.properties.userIdEnd);
    const { user } = this.channel.connection;
    if (claimed === user) return;
    throw new ChannelError(
      'PRECONDITION_FAILED',
      `user_id property set to '${claimed}' but authenticated user was '${user}'`,
    );
  }

  private replaceReplyTo(buffer: Buffer): void {
    const { replyToStart, replyToEnd } = this.properties;
    if (replyToEnd - replyToStart !== replyToAlias.length) return;
    if (buffer.toString('latin1', replyToStart, replyToEnd) !== replyToAlias) return;
    const replyQueue = this.channel.directReply.queueName;
    if (replyQueue === undefined) {
      throw new ChannelError('PRECONDITION_FAILED', 'fast reply consumer does not exist');
    }
    this.changeProperties((values) => ({ ...values, replyTo: replyQueue }));
  }

  private changeProperties(change: (values: BasicProperties) => BasicProperties): void {
    const { message } = this;
    message.properties = encodeProperties(change(propertiesOf(message)));
    message.propertiesStart = 0;
    message.propertiesEnd = message.properties.length;
  }

  /** CC and BCC: further routing keys; a queue gets one copy however many of them lead to it. */
  private routeCopies(view: PublishView): KnownRoute {
    const exchange = view.buffer.toString('utf8', view.exchangeStart, view.exchangeEnd);
    const routingKey = view.buffer.toString('utf8', view.routingKeyStart, view.routingKeyEnd);
    const properties = propertiesOf(this.message);
    const headers: FieldTable = properties.headers ?? emptyTable;
    const keys = copyKeys(headers);
    if (headers.has('BCC')) {
      this.changeProperties((values) => ({
        ...values,
        headers: new Map([...headers].filter(([key]) => key !== 'BCC')),
      }));
    }
    const delayed = this.assertPublishable(exchange, routingKey);
    for (const key of keys) this.assertPublishable(exchange, key);
    const { broker, virtualHost } = this.channel.connection;
    const route = broker.routeCopies(virtualHost, exchange, [routingKey, ...keys], () =>
      routingHeaders(properties, this.message),
    );
    return { route, delayed };
  }

  private readonly headersOfMessage = (): MessageHeaders => routingHeaders(propertiesOf(this.message), this.message);

  private readonly makeRoute = (exchange: string, routingKey: string, headers: () => MessageHeaders): KnownRoute => {
    const delayed = this.assertPublishable(exchange, routingKey);
    const { broker, virtualHost } = this.channel.connection;
    return { route: broker.route(virtualHost, exchange, routingKey, headers), delayed };
  };

  /** Returns whether its messages wait for their `x-delay`. @throws ChannelError 403, 404 */
  private assertPublishable(exchange: string, routingKey: string): boolean {
    const { channel } = this;
    const { broker, virtualHost } = channel.connection;
    assertAllowed(channel, 'write', 'exchange', exchange);
    if (exchange === '') return false;
    const info = broker.exchange(virtualHost, exchange);
    if (info === undefined) throw new ChannelError('NOT_FOUND', `no ${named('exchange', exchange, virtualHost)}`);
    if (info.internal) {
      const resource = named('exchange', exchange, virtualHost);
      throw new ChannelError('ACCESS_REFUSED', `cannot publish to internal ${resource}`);
    }
    assertTopicAllowed(channel, 'write', info, routingKey);
    return info.type === 'x-delayed-message';
  }
}

function propertiesOf({ properties, propertiesStart, propertiesEnd }: OutgoingMessage): BasicProperties {
  return decodeProperties(properties, propertiesStart, propertiesEnd);
}
