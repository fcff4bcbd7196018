import { derivedId } from '../../message/derived-id.js';
import type { MessageAttribute } from '../../message/message-attribute.js';
import type { SqsEnvelope, TopicPart } from '../../message/sqs-envelope.js';
import { signatureVersionOf } from '../publish/topic-publisher.js';
import type { SubscriptionIds } from '../subscription/subscription-ids.js';
import type { Topics } from '../topic/topics.js';
import { notificationJson } from './notification-json.js';
import type { NotificationSigner } from './notification-signer.js';

/** Where a message is read. */
export interface ReadAt {
  readonly virtualHost: string;
  /** The queue that it was sent to, before any dead-lettering. */
  readonly queue: string;
  readonly origin: string;
}

/** A message of another dialect that came through an exchange. */
export interface ForeignMessage {
  readonly exchange: string;
  readonly messageId: string;
  readonly text: string;
  readonly attributes: readonly MessageAttribute[];
  readonly timestampMs: number;
}

/** Makes the notifications that readers of queues see, when they see them. */
export class QueueNotifications {
  readonly #topics: Topics;
  readonly #ids: SubscriptionIds;
  readonly #signer: NotificationSigner;

  constructor(topics: Topics, ids: SubscriptionIds, signer: NotificationSigner) {
    this.#topics = topics;
    this.#ids = ids;
    this.#signer = signer;
  }

  /** The body for a message that SNS took in. */
  ofEnvelope({ messageId, attributes }: SqsEnvelope, topic: TopicPart, text: string, at: ReadAt): string {
    const name = topic.topicArn.slice(topic.topicArn.lastIndexOf(':') + 1);
    const subscriptionArn = topic.subscriptionArn || `${topic.topicArn}:${this.#ids.ofQueue(name, at.queue)}`;
    return notificationJson(
      { messageId, topic, text, attributes },
      { origin: at.origin, subscriptionArn },
      this.#signer,
    );
  }

  /** The same for a message that another dialect published to a topic's exchange; undefined when its queue takes it as it is. */
  ofForeign(message: ForeignMessage, at: ReadAt): string | undefined {
    const topic = this.#topics.find(at.virtualHost, message.exchange);
    const subscription = topic?.subscriptionOfQueue(at.queue);
    if (topic === undefined || subscription === undefined || subscription.raw) return undefined;
    const { arn } = subscription.record;
    const part: TopicPart = {
      form: 'notification',
      topicArn: arn.slice(0, arn.lastIndexOf(':')),
      subject: '',
      publishedMs: message.timestampMs,
      sequenceNumber: '',
      signatureVersion: signatureVersionOf(topic),
      subscriptionArn: arn,
    };
    const source = { ...message, messageId: derivedId(message.messageId), topic: part };
    return notificationJson(source, { origin: at.origin, subscriptionArn: arn }, this.#signer);
  }
}
