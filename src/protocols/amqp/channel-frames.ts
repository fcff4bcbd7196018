import { BrokerError } from '../../core/index.js';
import { ChannelError, ConnectionError } from './amqp-error.js';
import { replyTo } from './broker-error-reply.js';
import { Channel } from './channel.js';
import { handleMethod } from './channel-methods.js';
import type { ConnectionContext } from './connection-context.js';
import { notAMethod } from './content-assembler.js';
import { found, frameError, type Found, type FrameReader } from './frame-reader.js';
import { CODE_BASIC_PUBLISH, FRAME_BODY, FRAME_HEADER, FRAME_HEARTBEAT, FRAME_METHOD } from './frame-type.js';
import { writeMethod } from './frame-writer.js';
import { decodeMethod, readLongLong, type MethodArguments } from './method-codec.js';
import { methodCode, type MethodName } from './methods.js';

const codeAck = methodCode('basic.ack');
const codeChannelOpen = methodCode('channel.open');
const codeChannelClose = methodCode('channel.close');
const codeChannelCloseOk = methodCode('channel.close-ok');

/**
 * The channels of one open connection, and the way of each frame to the one it is for. A channel that was closed by an
 * error stays in `closing` until the client has confirmed it, and all that still comes for it is dropped.
 */
export class ChannelFrames {
  private readonly reader: FrameReader;
  private readonly context: ConnectionContext;
  private readonly channels = new Map<number, Channel>();
  private readonly closing = new Set<number>();
  private lastChannel: Channel | undefined = undefined;

  constructor(reader: FrameReader, context: ConnectionContext) {
    this.reader = reader;
    this.context = context;
  }

  /** Carries out what the reader just found. @throws ConnectionError */
  handle(result: Found): void {
    const { reader } = this;
    const { channel: number } = reader;
    const channel = this.lastChannel?.number === number ? this.lastChannel : this.channels.get(number);
    if (channel === undefined) {
      this.handleUnopened(number);
      return;
    }
    this.lastChannel = channel;
    try {
      if (result === found.publish) {
        if (channel.assembler.open) throw channel.assembler.unexpectedMethod();
        channel.publish(reader.publish);
      } else this.handleFrame(channel);
    } catch (error) {
      this.failChannel(channel, error);
    }
  }

  all(): Iterable<Channel> {
    return this.channels.values();
  }

  /** Gives back all that the channels hold in the core. */
  close(): void {
    for (const channel of this.channels.values()) channel.close();
    this.channels.clear();
    this.lastChannel = undefined;
  }

  private handleFrame(channel: Channel): void {
    const { reader } = this;
    const { buffer, start, end } = reader;
    const { assembler } = channel;
    switch (reader.type) {
      case FRAME_METHOD:
        if (assembler.open) throw assembler.unexpectedMethod();
        this.handleChannelMethod(channel);
        return;
      case FRAME_HEADER:
        if (assembler.header(buffer, start, end)) channel.publish(assembler.publish);
        return;
      case FRAME_BODY:
        if (assembler.body(buffer, start, end)) channel.publish(assembler.publish);
        return;
      default:
        throw unexpectedFrame(this.reader.type);
    }
  }

  private handleChannelMethod(channel: Channel): void {
    const { buffer, start, end, methodCode: code } = this.reader;
    if (code === codeAck && end - start === 13) {
      channel.acknowledge(readLongLong(buffer, start + 4), (buffer[start + 12] & 1) !== 0);
      return;
    }
    if (code === CODE_BASIC_PUBLISH) {
      channel.assembler.begin(buffer, start, end);
      return;
    }
    const method = decodeMethod(buffer, start, end);
    switch (method.name) {
      case 'channel.open':
        throw new ConnectionError('CHANNEL_ERROR', "second 'channel.open' seen");
      case 'channel.close':
        this.closeChannel(channel);
        return;
      case 'channel.close-ok':
        return;
      default:
        handleMethod(channel, method);
    }
  }

  /** A frame for a channel that is not open, or not any more. */
  private handleUnopened(number: number): void {
    const { reader } = this;
    const { type, methodCode: code } = reader;
    if (type === FRAME_HEARTBEAT || type > FRAME_BODY || type === 0) throw unexpectedFrame(this.reader.type);
    if (this.closing.has(number)) {
      if (type !== FRAME_METHOD) return;
      if (code === codeChannelCloseOk) this.closing.delete(number);
      else if (code === codeChannelClose) this.sendOn(number, 'channel.close-ok', {});
      return;
    }
    if (type !== FRAME_METHOD) throw notAMethod();
    if (code === codeChannelOpen) this.openChannel(number);
    else {
      throw new ConnectionError('CHANNEL_ERROR', "expected 'channel.open'", code >>> 16, code & 0xffff);
    }
  }

  private openChannel(number: number): void {
    const { context } = this;
    const { channelMax } = context.tuning;
    if (this.channels.size >= channelMax) {
      throw new ConnectionError(
        'NOT_ALLOWED',
        `number of channels opened (${this.channels.size}) has reached the negotiated channel_max (${channelMax})`,
        0,
        0,
        false,
      );
    }
    this.channels.set(number, new Channel(number, context));
    this.sendOn(number, 'channel.open-ok', { reserved1: Buffer.alloc(0) });
  }

  /** The client closes: the channel is forgotten before the answer, which it may follow with a new channel.open. */
  private closeChannel(channel: Channel): void {
    this.forgetChannel(channel);
    this.sendOn(channel.number, 'channel.close-ok', {});
  }

  private forgetChannel(channel: Channel): void {
    this.channels.delete(channel.number);
    this.lastChannel = undefined;
    channel.close();
  }

  private failChannel(channel: Channel, cause: unknown): void {
    const error = cause instanceof BrokerError ? replyTo(cause) : cause;
    if (!(error instanceof ChannelError || error instanceof ConnectionError)) throw error;
    // content frames belong to a publish
    const failed = this.reader.type === FRAME_METHOD ? this.reader.methodCode : CODE_BASIC_PUBLISH;
    error.at(failed >>> 16, failed & 0xffff);
    if (error instanceof ConnectionError) throw error;
    this.forgetChannel(channel);
    this.closing.add(channel.number);
    const { replyCode, replyText, classId, methodId } = error;
    this.sendOn(channel.number, 'channel.close', { replyCode, replyText, classId, methodId });
  }

  private sendOn<Name extends MethodName>(channel: number, name: Name, args: MethodArguments<Name>): void {
    writeMethod(this.context.out, channel, name, args);
    this.context.markDirty();
  }
}

/** 505 for a heartbeat where it cannot be, 501 for types that do not exist. */
export function unexpectedFrame(type: number): ConnectionError {
  if (type !== FRAME_HEARTBEAT) return frameError(type, 'unknown_frame');
  return new ConnectionError('UNEXPECTED_FRAME', `type ${type}, all octets = <<>>`, 0, 0, false);
}
