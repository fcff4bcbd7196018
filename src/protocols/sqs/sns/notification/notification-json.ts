import type { MessageAttribute } from '../../message/message-attribute.js';
import type { TopicPart } from '../../message/sqs-envelope.js';
import type { NotificationSigner } from './notification-signer.js';

/** What a notification is made of, wherever it is shown. */
export interface NotificationSource {
  readonly messageId: string;
  readonly topic: TopicPart;
  readonly text: string;
  readonly attributes: readonly MessageAttribute[];
}

/** Where the links in it lead to. */
export interface NotificationLinks {
  /** Scheme and host that its reader can reach this front by. */
  readonly origin: string;
  readonly subscriptionArn: string;
}

/**
 * The JSON that subscribers get where delivery is not raw (developer guide, "Parsing Amazon SNS message formats"), its members in the service's order.
 */
export function notificationJson(
  { messageId, topic, text, attributes }: NotificationSource,
  { origin, subscriptionArn }: NotificationLinks,
  signer: NotificationSigner,
): string {
  const { topicArn, subject, sequenceNumber } = topic;
  const Timestamp = new Date(topic.publishedMs).toISOString();
  const subjectPart = subject === '' ? {} : { Subject: subject };
  const signed = {
    Message: text,
    MessageId: messageId,
    ...subjectPart,
    Timestamp,
    TopicArn: topicArn,
    Type: 'Notification',
  };
  return JSON.stringify({
    Type: 'Notification',
    MessageId: messageId,
    ...(sequenceNumber === '' ? {} : { SequenceNumber: sequenceNumber }),
    TopicArn: topicArn,
    ...subjectPart,
    Message: text,
    Timestamp,
    ...signatureOf(signed, topic.signatureVersion, origin, signer),
    UnsubscribeURL: `${origin}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
    ...(attributes.length === 0 ? {} : { MessageAttributes: attributesOf(attributes) }),
  });
}

/** The JSON by which an endpoint is asked to confirm that it is subscribed, or told that it is not any more. */
export function confirmationJson(
  type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
  { messageId, topic, text }: Omit<NotificationSource, 'attributes'>,
  { origin, token }: { readonly origin: string; readonly token: string },
  signer: NotificationSigner,
): string {
  const { topicArn } = topic;
  const Timestamp = new Date(topic.publishedMs).toISOString();
  const SubscribeURL = `${origin}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
  const signed = {
    Message: text,
    MessageId: messageId,
    SubscribeURL,
    Timestamp,
    Token: token,
    TopicArn: topicArn,
    Type: type,
  };
  return JSON.stringify({
    Type: type,
    MessageId: messageId,
    Token: token,
    TopicArn: topicArn,
    Message: text,
    SubscribeURL,
    Timestamp,
    ...signatureOf(signed, topic.signatureVersion || '1', origin, signer),
  });
}

/** `fields` in the order in which they are signed: each name and value on a line of its own. */
function signatureOf(
  fields: Readonly<Record<string, string>>,
  version: string,
  origin: string,
  signer: NotificationSigner,
): Readonly<Record<string, string>> {
  if (version === '') return {};
  const text = Object.entries(fields)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
  return {
    SignatureVersion: version,
    Signature: signer.sign(text, version),
    SigningCertURL: origin + signer.certificatePath,
  };
}

function attributesOf(attributes: readonly MessageAttribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    attributes.map(({ name, dataType, value }) => [
      name,
      { Type: dataType, Value: typeof value === 'string' ? value : Buffer.from(value).toString('base64') },
    ]),
  );
}
