import type { Channel } from './channel.js';
import { ChannelError } from './amqp-error.js';
import { DIALECT_AMQP } from '../../bytes/index.js';
import { generatedName } from './names.js';

/** The name under which clients consume their replies and which they set as reply-to. */
export const replyToAlias = 'amq.rabbitmq.reply-to';

/**
 * Direct reply-to: a channel consumes from the alias and names it as reply-to; the broker puts the name of this channel's
 * own reply queue in its place. That queue is exclusive and lives as long as its one consumer.
 */
export class DirectReply {
  private readonly channel: Channel;
  private name: string | undefined = undefined;

  constructor(channel: Channel) {
    this.channel = channel;
  }

  /** Undefined until the channel consumes from the alias. */
  get queueName(): string | undefined {
    return this.name;
  }

  /** Makes the queue for a consumer that is about to begin. @throws ChannelError 406 unless it is the only one, without acks */
  open(noAck: boolean): string {
    if (!noAck) throw new ChannelError('PRECONDITION_FAILED', 'reply consumer cannot acknowledge');
    if (this.name !== undefined) throw new ChannelError('PRECONDITION_FAILED', 'reply consumer already set');
    const { broker, owner, virtualHost } = this.channel.connection;
    const name = generatedName(`${replyToAlias}.`);
    broker.createQueue(virtualHost, name, {
      durable: false,
      autoDelete: true,
      owner,
      grouped: false,
      retainMs: undefined,
      dialect: DIALECT_AMQP,
      declared: {},
      settings: {},
    });
    this.name = name;
    return name;
  }

  /** The consumer is gone, and the queue with it. */
  close(): void {
    this.name = undefined;
  }
}
