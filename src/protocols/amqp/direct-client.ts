import type {
  Broker,
  Declared,
  DirectAccess,
  DirectMessage,
  DirectPublish,
  Host,
  QueueInfo,
  Translate,
} from '../../core/index.js';
import { BrokerError, type BrokerErrorKind } from '../../core/index.js';
import { assertAllowed } from './access.js';
import { ChannelError, ConnectionError } from './amqp-error.js';
import { encodeProperties } from './basic-properties.js';
import { Channel } from './channel.js';
import { Confirms } from './confirms.js';
import type { ConnectionContext } from './connection-context.js';
import { DirectGet } from './direct-get.js';
import { bindExchange, declareExchange, deleteExchange, unbindExchange } from './exchange-methods.js';
import { FRAME_OVERHEAD_BYTES } from './frame-type.js';
import { tableOfJson } from './json-fields.js';
import { propertiesOfJson } from './json-properties.js';
import { methodCode } from './methods.js';
import { OutputBuffer } from './output-buffer.js';
import { PublishView } from './publish-view.js';
import { usableQueue } from './queue-access.js';
import { declareQueue } from './queue-declare.js';
import { bindQueue, deleteQueue, purgeQueue, unbindQueue } from './queue-methods.js';
import { replyCodes } from './reply-code.js';
import { shortString } from './short-string.js';
import { assertNoStream } from './stream-access.js';
import { defaultTuning } from './tuning.js';

const codeReturn = methodCode('basic.return');
const codeNack = methodCode('basic.nack');
/** The payload of a frame begins here. */
const payloadAt = FRAME_OVERHEAD_BYTES - 1;

/** What a refusal of this dialect is called where no dialect is known. */
const kinds: ReadonlyMap<number, BrokerErrorKind> = new Map([
  [replyCodes.ACCESS_REFUSED, 'access-refused'],
  [replyCodes.NOT_FOUND, 'not-found'],
  [replyCodes.RESOURCE_LOCKED, 'locked'],
  [replyCodes.NOT_IMPLEMENTED, 'unsupported'],
]);

/** A client in this process: it opens a channel without a socket under it for each thing that it does. */
export class DirectClient implements DirectAccess {
  private readonly host: Host;
  private readonly translate: Translate;
  private readonly maxMessageBytes: number;

  constructor(host: Host, translate: Translate, maxMessageBytes: number) {
    this.host = host;
    this.translate = translate;
    this.maxMessageBytes = maxMessageBytes;
  }

  declareQueue(
    user: string,
    virtualHost: string,
    queue: string,
    spec: Parameters<DirectAccess['declareQueue']>[3],
  ): void {
    const { durable, autoDelete } = spec;
    const flags = { ticket: 0, passive: false, exclusive: false, noWait: true };
    this.on(user, virtualHost, (channel) =>
      declareQueue(channel, { ...flags, queue, durable, autoDelete, arguments: tableOfJson(spec.arguments) }),
    );
  }

  deleteQueue(user: string, virtualHost: string, queue: string, ifUnused: boolean, ifEmpty: boolean): void {
    this.on(user, virtualHost, (channel) =>
      deleteQueue(channel, { ticket: 0, queue, ifUnused, ifEmpty, noWait: true }),
    );
  }

  purgeQueue(user: string, virtualHost: string, queue: string): void {
    this.on(user, virtualHost, (channel) => purgeQueue(channel, { ticket: 0, queue, noWait: true }));
  }

  declareExchange(
    user: string,
    virtualHost: string,
    exchange: string,
    spec: Parameters<DirectAccess['declareExchange']>[3],
  ): void {
    const flags = { ticket: 0, passive: false, noWait: true };
    this.on(user, virtualHost, (channel) =>
      declareExchange(channel, { ...flags, ...spec, exchange, arguments: tableOfJson(spec.arguments) }),
    );
  }

  deleteExchange(user: string, virtualHost: string, exchange: string, ifUnused: boolean): void {
    this.on(user, virtualHost, (channel) => deleteExchange(channel, { ticket: 0, exchange, ifUnused, noWait: true }));
  }

  bind(user: string, virtualHost: string, binding: Parameters<DirectAccess['bind']>[2]): void {
    const { source, destination, kind, routingKey } = binding;
    const rest = { ticket: 0, routingKey, noWait: true, arguments: tableOfJson(binding.arguments) };
    this.on(user, virtualHost, (channel) => {
      if (kind === 'queue') bindQueue(channel, { ...rest, queue: destination, exchange: source });
      else bindExchange(channel, { ...rest, source, destination });
    });
  }

  unbind(user: string, virtualHost: string, binding: Parameters<DirectAccess['bind']>[2]): void {
    const { source, destination, kind, routingKey } = binding;
    const rest = { ticket: 0, routingKey, arguments: tableOfJson(binding.arguments) };
    this.on(user, virtualHost, (channel) => {
      if (kind === 'queue') unbindQueue(channel, { ...rest, queue: destination, exchange: source });
      else unbindExchange(channel, { ...rest, noWait: true, source, destination });
    });
  }

  async publish(user: string, virtualHost: string, message: DirectPublish): Promise<boolean> {
    const routed = this.on(user, virtualHost, (channel) => {
      channel.confirms = new Confirms(channel.number);
      channel.publish(viewOf(message));
      // what cannot be routed, or is refused, is said at once; everything else waits for its flush or for nothing
      const [said] = channel.connection.out.take();
      const code = said === undefined ? 0 : said.readUInt32BE(payloadAt);
      return code !== codeReturn && code !== codeNack;
    });
    await this.stable();
    return routed;
  }

  async get(
    user: string,
    virtualHost: string,
    name: string,
    count: number,
    settle: Parameters<DirectAccess['get']>[4],
  ): Promise<readonly DirectMessage[]> {
    const queue = this.on(user, virtualHost, (channel): QueueInfo => {
      assertAllowed(channel, 'read', 'queue', name);
      assertNoStream(channel, name, 'basic.get');
      return usableQueue(channel, name);
    });
    const messages = await new DirectGet(this.host, this.translate, queue).run(count, settle);
    await this.stable();
    return messages;
  }

  private stable(): Promise<void> {
    const { host } = this;
    return new Promise((resolve) => {
      host.whenStable(host.broker.flush, resolve);
    });
  }

  private on<T>(user: string, virtualHost: string, run: (channel: Channel) => T): T {
    this.host.enter();
    const channel = new Channel(1, this.contextOf(user, virtualHost));
    try {
      return run(channel);
    } catch (error) {
      throw neutral(error);
    } finally {
      channel.close();
    }
  }

  private contextOf(user: string, virtualHost: string): ConnectionContext {
    const { host } = this;
    const broker: Broker = host.broker;
    const nothing = (): void => {};
    return {
      host,
      broker,
      translate: this.translate,
      user,
      virtualHost,
      tuning: defaultTuning,
      capabilities: { consumerCancelNotify: false, connectionBlocked: false },
      maxMessageBytes: this.maxMessageBytes,
      owner: 0,
      out: new OutputBuffer(),
      markDirty: nothing,
      outputFull: () => false,
      resumeLater: nothing,
      confirmLater: nothing,
      awaitStable: nothing,
      notePublish: nothing,
    };
  }
}

function viewOf({ exchange, routingKey, properties, body }: DirectPublish): PublishView {
  const view = new PublishView();
  const parts = [shortString(exchange), shortString(routingKey), encodeProperties(propertiesOfJson(properties)), body];
  const ends: number[] = [];
  for (const part of parts) ends.push((ends.at(-1) ?? 0) + part.length);
  const [exchangeEnd, routingKeyEnd, propertiesEnd, bodyEnd] = ends as [number, number, number, number];
  view.buffer = Buffer.concat(parts);
  view.exchangeStart = 1;
  view.exchangeEnd = exchangeEnd;
  view.routingKeyStart = exchangeEnd + 1;
  view.routingKeyEnd = routingKeyEnd;
  view.routingEnd = routingKeyEnd;
  view.mandatory = true;
  view.propertiesStart = routingKeyEnd;
  view.propertiesEnd = propertiesEnd;
  view.bodyStart = propertiesEnd;
  view.bodyEnd = bodyEnd;
  return view;
}

/** This dialect's refusals as the core's, with the text that a client would read. */
function neutral(error: unknown): unknown {
  if (!(error instanceof ChannelError || error instanceof ConnectionError)) return error;
  const text = error.replyText.replace(/^[A-Z_]+ - /, '');
  return new BrokerError(kinds.get(error.replyCode) ?? 'invalid-argument', text, detailOf(error.replyText));
}

/** The field that RabbitMQ's texts quote, where they quote one. */
function detailOf(text: string): Declared & { field?: string } {
  const field = /(?:inequivalent|invalid) arg '([^']*)'/.exec(text)?.[1];
  return field === undefined ? {} : { field };
}
