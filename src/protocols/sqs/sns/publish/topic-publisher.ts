import type { Host, MessageHeaders, Route } from '../../../../core/index.js';
import { FilterSubject } from '../../../../core/index.js';
import { digestOfBody } from '../../message/message-digest.js';
import { OutgoingMessage } from '../../message/outgoing-message.js';
import type { TopicPart } from '../../message/sqs-envelope.js';
import { SnsError } from '../sns-error.js';
import { deadLetterQueueOf } from '../subscription/subscription-attribute.js';
import { postQueuePrefix, type Subscription } from '../subscription/subscription.js';
import type { SubscriptionBindings } from '../subscription/subscription-bindings.js';
import type { Topic } from '../topic/topic.js';
import { headerOf } from './message-attributes.js';
import type { Publication } from './publication.js';
import { type Published, RecentPublications } from './recent-publications.js';

/** A queue takes no more attributes than these; a message with more is not delivered raw. */
const maxRawAttributes = 10;

/** One form of a message, and the destinations that get it. */
interface Copy {
  readonly form: TopicPart['form'];
  readonly text: string;
  readonly group: string | undefined;
  readonly queues: number[];
  /** Topics of the core: retained queues. */
  readonly topics: number[];
}

/** Publishes to topics. */
export class TopicPublisher {
  readonly #host: Host;
  readonly #bindings: SubscriptionBindings;
  readonly #outgoing = new OutgoingMessage();
  readonly #recent = new RecentPublications();

  constructor(host: Host, bindings: SubscriptionBindings) {
    this.#host = host;
    this.#bindings = bindings;
  }

  /**
   * Puts the message into every queue that it is for. The answer is not to be sent before `flush` is stable; then every queue, those from which
   * HTTP endpoints are served among them, has it for good. `arn`: the topic's as the publisher calls it. `trace`: X-Ray header. Throws
   * BrokerError, and Throttled when a queue's length limit refuses it; other queues may have it then.
   */
  publish(topic: Topic, publication: Publication, arn: string, trace: string | undefined): Published {
    const { broker } = this.#host;
    const key = this.#deduplicationKey(topic, publication);
    const original = key === undefined ? undefined : this.#recent.find(key, broker.nowMs);
    if (original !== undefined) return original;
    const unbound = this.#bindings.restore(topic);
    const messageId = this.#host.randomUuid();
    const sequenceNumber = topic.fifo ? topic.takeSequence() : '';
    const part = (form: TopicPart['form'], subscriptionArn = ''): TopicPart => ({
      form,
      topicArn: arn,
      subject: publication.subject,
      publishedMs: broker.nowMs,
      sequenceNumber,
      signatureVersion: signatureVersionOf(topic),
      subscriptionArn,
    });
    const headers = headersOf(publication);
    const route = broker.route(topic.virtualHost, topic.name, '', () => headers);
    let flush = topic.fifo ? broker.flush : 0;
    const send = (copy: Copy, to: Route, subscriptionArn?: string): void => {
      const outgoing = this.#outgoing;
      const envelope = {
        messageId,
        bodyDigest: digestOfBody(copy.text),
        trace,
        attributes: publication.attributes,
        topic: part(copy.form, subscriptionArn),
      };
      outgoing.routing = routingOf(topic.name);
      outgoing.fill(copy.text, Buffer.byteLength(copy.text), envelope, copy.group, -1);
      outgoing.group = copy.group;
      outgoing.deduplicationId = publication.deduplicationId;
      const outcome = broker.publish(to, outgoing);
      if (outcome.refused > 0) throw new SnsError('Throttled', 'A queue of the topic is at its length limit.');
      flush = Math.max(flush, outcome.flush);
    };
    const copies = this.#copies(topic, publication, route, (subscription, copy) =>
      this.#deadLetter(topic, subscription, copy, send),
    );
    for (const copy of copies) send(copy, { ...route, queues: copy.queues, topics: copy.topics });
    for (const subscription of unbound) {
      if (!(subscription.filter?.matches(new FilterSubject(headers)) ?? true)) continue;
      this.#deadLetter(topic, subscription, this.#copyFor(topic, publication, subscription, true), send);
    }
    const published = { messageId, sequenceNumber, flush };
    if (key !== undefined) this.#recent.add(key, published, broker.nowMs);
    return published;
  }

  #deduplicationKey(topic: Topic, { deduplicationId, group }: Publication): string | undefined {
    if (deduplicationId === undefined) return undefined;
    const scope = topic.record.attributes['FifoThroughputScope'] === 'MessageGroup' ? group : '';
    return JSON.stringify([topic.virtualHost, topic.name, deduplicationId, scope]);
  }

  /** The forms that the queues on the route want; the first is the plain one, which also goes where SNS has no say. */
  #copies(
    topic: Topic,
    publication: Publication,
    route: Route,
    undeliverable: (subscription: Subscription, copy: Copy) => void,
  ): Copy[] {
    const { broker } = this.#host;
    const plain: Copy = { form: 'raw', text: publication.text, group: publication.group, queues: [], topics: [] };
    const copies = [plain];
    /** The copy for the destination of that name; undefined: it does not get one. */
    const copyTo = (name: string, grouped: boolean): Copy | undefined => {
      const subscription = topic.subscriptionOfQueue(name);
      if (subscription === undefined) return plain;
      const wanted = this.#copyFor(topic, publication, subscription, grouped);
      if (wanted.form === 'raw' && publication.attributes.length > maxRawAttributes) {
        undeliverable(subscription, wanted);
        return undefined;
      }
      const same = copies.find(
        ({ form, text, group }) => form === wanted.form && text === wanted.text && group === wanted.group,
      );
      if (same === undefined) copies.push(wanted);
      return same ?? wanted;
    };
    for (const handle of route.queues) {
      const { name, grouped } = broker.queue(handle);
      copyTo(name, grouped)?.queues.push(handle);
    }
    for (const handle of route.topics) copyTo(broker.topic(handle).name, false)?.topics.push(handle);
    return copies.filter(({ queues, topics }) => queues.length + topics.length > 0);
  }

  /** `grouped`: into a FIFO queue. A FIFO topic's groups mean nothing to a standard queue. */
  #copyFor(topic: Topic, publication: Publication, subscription: Subscription, grouped: boolean): Copy {
    const { record, raw } = subscription;
    return {
      form: raw && !isPosted(subscription) ? 'raw' : 'notification',
      text: publication.texts.get(record.protocol) ?? publication.text,
      group: topic.fifo && !grouped ? undefined : publication.group,
      queues: [],
      topics: [],
    };
  }

  #deadLetter(
    topic: Topic,
    { record }: Subscription,
    copy: Copy,
    send: (copy: Copy, to: Route, subscriptionArn: string) => void,
  ): void {
    const { broker } = this.#host;
    const target = deadLetterQueueOf(record.attributes['RedrivePolicy']);
    const handle = target === undefined ? -1 : broker.findQueue(topic.virtualHost, target);
    if (handle >= 0) send(copy, broker.routeToQueue(handle), record.arn);
  }
}

/** Empty: messages of FIFO topics are not signed. */
export function signatureVersionOf(topic: Topic): string {
  return topic.fifo ? '' : (topic.record.attributes['SignatureVersion'] ?? '1');
}

function isPosted({ queue }: Subscription): boolean {
  return queue.startsWith(postQueuePrefix);
}

function headersOf({ attributes, text }: Publication): MessageHeaders {
  return {
    get: (name) => {
      const attribute = attributes.find((each) => each.name === name);
      return attribute === undefined ? undefined : headerOf(attribute);
    },
    body: () => Buffer.from(text),
  };
}

/** The topic as exchange, and no routing key. */
export function routingOf(topic: string): Uint8Array {
  const name = Buffer.from(topic);
  return Buffer.from([name.length, ...name, 0]);
}
