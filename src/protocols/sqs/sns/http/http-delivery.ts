import { BrokerError, type Delivery, type Host, type SessionSink, type Translate } from '../../../../core/index.js';
import { digestOfBody } from '../../message/message-digest.js';
import { OutgoingMessage } from '../../message/outgoing-message.js';
import { confirmationJson, notificationJson, type NotificationSource } from '../notification/notification-json.js';
import type { NotificationSigner } from '../notification/notification-signer.js';
import { routingOf, signatureVersionOf } from '../publish/topic-publisher.js';
import { deliveryPolicyOf, type DeliveryPolicy, retryDelaySeconds } from '../subscription/delivery-policy.js';
import { deadLetterQueueOf } from '../subscription/subscription-attribute.js';
import { postQueuePrefix, type Subscription } from '../subscription/subscription.js';
import type { Topic } from '../topic/topic.js';
import type { Topics } from '../topic/topics.js';
import { Poster, type PostOutcome } from './post.js';
import { readPosted } from './posted-message.js';

/** When an attempt that could not be ended is made again. */
const postponedMs = 20_000;
/** Posts to one endpoint at the same time. */
const maxConcurrent = 10;

/** An endpoint that is being served. */
interface Served {
  readonly virtualHost: string;
  readonly topic: string;
  readonly id: string;
  readonly log: number;
  /** Of the core; -1 until it is there. */
  handle: number;
  /** When the next post may begin, where their rate is limited. */
  freeMs: number;
}

/** One message under way to one endpoint. */
interface Job {
  readonly served: Served;
  readonly deliveryId: number;
  readonly attempts: number;
  readonly source: NotificationSource;
}

/**
 * Posts to HTTP endpoints what waits in the queues of their subscriptions. The queue is durable and so are the attempts counted and the time of the
 * next one, so a message that an endpoint did not take is sent again after a restart, too, and an endpoint may get a message twice.
 */
export class HttpDelivery implements SessionSink {
  readonly #host: Host;
  readonly #translate: Translate;
  readonly #topics: Topics;
  readonly #signer: NotificationSigner;
  readonly #poster = new Poster();
  readonly #outgoing = new OutgoingMessage();
  /** By token. */
  readonly #served = new Map<number, Served>();
  readonly #tokens = new Map<string, number>();
  #lastToken = 0;
  #session = -1;
  #stopped = false;

  constructor(host: Host, translate: Translate, topics: Topics, signer: NotificationSigner) {
    this.#host = host;
    this.#translate = translate;
    this.#topics = topics;
    this.#signer = signer;
  }

  /** Serves every endpoint that is subscribed. */
  start(): void {
    for (const topic of this.#topics.all()) {
      for (const subscription of topic.subscriptions.values()) {
        if (subscription.record.protocol !== 'sqs') this.begin(topic.virtualHost, subscription);
      }
    }
    this.#dropOrphans();
  }

  /** What is under way goes back to its queue. */
  stop(): void {
    this.#stopped = true;
    this.#poster.close();
    if (this.#session >= 0) this.#host.broker.closeSession(this.#session);
  }

  /** Begins to serve an endpoint; nothing happens when it is served already. */
  begin(virtualHost: string, { id, topic, queue }: Subscription): void {
    const { broker } = this.#host;
    const handle = broker.findQueue(virtualHost, queue);
    const key = `${virtualHost}/${id}`;
    if (handle < 0 || this.#tokens.has(key)) return;
    if (this.#session < 0) this.#session = broker.openSession(this);
    this.#lastToken += 1;
    const token = this.#lastToken;
    const served: Served = { virtualHost, topic, id, log: broker.queue(handle).log, handle: -1, freeMs: 0 };
    this.#tokens.set(key, token);
    this.#served.set(token, served);
    const options = { token, credit: maxConcurrent, noAck: false, exclusive: false, priority: 0 };
    served.handle = broker.subscribe(this.#session, handle, options);
  }

  /** The queue of the subscription is about to go. */
  end(virtualHost: string, { id }: Subscription): void {
    const token = this.#tokens.get(`${virtualHost}/${id}`);
    if (token === undefined) return;
    const handle = this.#served.get(token)?.handle ?? -1;
    this.#forget(token);
    if (handle >= 0) this.#host.broker.unsubscribe(handle);
  }

  /** Puts the request to confirm into the subscription's queue: it is sent again until the endpoint takes it, as any message is. */
  askToConfirm(topic: Topic, subscription: Subscription): void {
    const { arn } = subscription.record;
    const topicArn = arn.slice(0, arn.lastIndexOf(':'));
    const text =
      `You have chosen to subscribe to the topic ${topicArn}.\n` +
      'To confirm the subscription, visit the SubscribeURL included in this message.';
    const source = this.#confirmation(topic, subscription, text);
    this.#put(topic, subscription.queue, source);
  }

  /** Tells an endpoint once that it is not subscribed any more; nobody depends on it, so it is not kept. */
  sayFarewell(topic: Topic, subscription: Subscription): void {
    const { record } = subscription;
    if (record.protocol === 'sqs' || !record.confirmed) return;
    const text =
      `You have chosen to deactivate subscription ${record.arn}.\n` +
      'To cancel this operation and restore the subscription, visit the SubscribeURL included in this message.';
    const source = this.#confirmation(topic, subscription, text);
    const json = confirmationJson('UnsubscribeConfirmation', source, record, this.#signer);
    void this.#poster.post(record.endpoint, headersOf('UnsubscribeConfirmation', source, record.arn), json);
  }

  deliver(delivery: Delivery): boolean {
    const served = this.#served.get(delivery.token);
    if (served === undefined) return true;
    const { deliveryId, attempts } = delivery;
    let source: NotificationSource | undefined;
    try {
      const topic = this.#topics.find(served.virtualHost, served.topic);
      const arn = topic?.subscriptions.get(served.id)?.record.arn ?? '';
      const topicArn = arn.slice(0, arn.lastIndexOf(':'));
      const signatureVersion = topic === undefined ? '' : signatureVersionOf(topic);
      source = readPosted(delivery, { topicArn, signatureVersion, log: served.log }, this.#translate);
    } catch (error) {
      this.#host.log('error', 'a message cannot be shown to an HTTP endpoint', { error: String(error) });
    }
    // The core is in the middle of a command.
    if (source !== undefined) {
      const job = { served, deliveryId, attempts, source };
      setImmediate(() => {
        this.#serve(job).catch((error: unknown) => {
          this.#host.log('error', 'an HTTP delivery failed inside the broker', { error: String(error) });
        });
      });
    }
    return true;
  }

  acquired(): void {
    // Only what is asked for by `acquire` is told; here messages come by subscription.
  }

  cancelled(token: number): void {
    this.#forget(token);
  }

  #forget(token: number): void {
    const served = this.#served.get(token);
    if (served === undefined) return;
    this.#served.delete(token);
    this.#tokens.delete(`${served.virtualHost}/${served.id}`);
  }

  async #serve(job: Job): Promise<void> {
    const { served, source } = job;
    const found = this.#find(served);
    if (found === undefined) {
      this.#settle(job, { kind: 'taken' });
      return;
    }
    const policy = policyOf(found.topic, found.subscription);
    await this.#turnOf(served, policy);
    // It may have been changed or ended while this waited.
    const now = this.#find(served);
    if (this.#stopped) return;
    if (now === undefined || (source.topic.form === 'confirmation' && now.subscription.record.confirmed)) {
      this.#settle(job, { kind: 'taken' });
      return;
    }
    const { url, headers, body } = this.#request(now.subscription, source, policy);
    const outcome = await this.#poster.post(url, headers, body);
    if (!this.#stopped) this.#settle(job, outcome);
  }

  #find({ virtualHost, topic: name, id }: Served): { topic: Topic; subscription: Subscription } | undefined {
    const topic = this.#topics.find(virtualHost, name);
    const subscription = topic?.subscriptions.get(id);
    return topic === undefined || subscription === undefined ? undefined : { topic, subscription };
  }

  /** Waits until the rate of the endpoint allows for the next post. */
  #turnOf(served: Served, { maxReceivesPerSecond: rate }: DeliveryPolicy): Promise<void> {
    const now = performance.now();
    if (rate === undefined) return Promise.resolve();
    const turnMs = Math.max(now, served.freeMs);
    served.freeMs = turnMs + 1000 / rate;
    return turnMs <= now ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, turnMs - now).unref());
  }

  #request(
    { record, raw }: Subscription,
    source: NotificationSource,
    policy: DeliveryPolicy,
  ): { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string } {
    if (source.topic.form === 'confirmation') {
      return {
        url: record.endpoint,
        headers: headersOf('SubscriptionConfirmation', source, undefined),
        body: confirmationJson('SubscriptionConfirmation', source, record, this.#signer),
      };
    }
    const links = { origin: record.origin, subscriptionArn: record.arn };
    const headers = { ...headersOf('Notification', source, record.arn), 'Content-Type': policy.contentType };
    return {
      url: record.endpoint,
      headers: raw ? { ...headers, 'x-amz-sns-rawdelivery': 'true' } : headers,
      body: raw ? source.text : notificationJson(source, links, this.#signer),
    };
  }

  /** Ends an attempt: the message is done with, comes again later, or goes where the subscription sends what cannot be delivered. */
  #settle(job: Job, outcome: PostOutcome): void {
    const { broker } = this.#host;
    this.#host.enter();
    try {
      const found = this.#find(job.served);
      if (outcome.kind !== 'taken' && found !== undefined) {
        const { retry } = policyOf(found.topic, found.subscription);
        const seconds = outcome.kind === 'refused' ? undefined : retryDelaySeconds(retry, job.attempts);
        if (seconds !== undefined) {
          broker.release(this.#session, job.deliveryId, false, Math.round(seconds * 1000));
          return;
        }
        this.#giveUp(found.topic, found.subscription, job, outcome.reason);
      }
      broker.acknowledge(this.#session, job.deliveryId, false);
    } catch (error) {
      // The queue went with the subscription while the post was under way.
      if (error instanceof BrokerError && (error.kind === 'unknown-delivery' || error.kind === 'not-found')) return;
      this.#host.log('error', 'an HTTP delivery could not be settled', { error: String(error) });
      // There may be no room for the dead letter; then it is tried again.
      if (error instanceof BrokerError && error.kind === 'full') {
        broker.release(this.#session, job.deliveryId, false, postponedMs);
      }
    }
  }

  #giveUp(topic: Topic, { record }: Subscription, { source, attempts }: Job, reason: string): void {
    const target = deadLetterQueueOf(record.attributes['RedrivePolicy']);
    const isMessage = source.topic.form !== 'confirmation';
    const deadLetters = isMessage && target !== undefined ? target : undefined;
    this.#host.log('warn', 'an HTTP endpoint did not take a message', {
      endpoint: record.endpoint,
      attempts,
      reason,
      deadLetters,
    });
    if (deadLetters === undefined) return;
    this.#put(topic, deadLetters, { ...source, topic: { ...source.topic, subscriptionArn: record.arn } });
  }

  #confirmation(topic: Topic, { record }: Subscription, text: string): NotificationSource {
    return {
      messageId: this.#host.randomUuid(),
      text,
      attributes: [],
      topic: {
        form: 'confirmation',
        topicArn: record.arn.slice(0, record.arn.lastIndexOf(':')),
        subject: '',
        publishedMs: this.#host.broker.nowMs,
        sequenceNumber: '',
        signatureVersion: signatureVersionOf(topic),
        subscriptionArn: record.arn,
      },
    };
  }

  /** Into a queue of the topic's virtual host, if it is there. */
  #put(topic: Topic, queue: string, { messageId, text, attributes, topic: part }: NotificationSource): void {
    const { broker } = this.#host;
    const handle = broker.findQueue(topic.virtualHost, queue);
    if (handle < 0) return;
    const envelope = { messageId, bodyDigest: digestOfBody(text), trace: undefined, attributes, topic: part };
    this.#outgoing.routing = routingOf(topic.name);
    this.#outgoing.fill(text, Buffer.byteLength(text), envelope, undefined, -1);
    broker.publish(broker.routeToQueue(handle), this.#outgoing);
  }

  /** Queues whose topic was deleted as an exchange, by a client that knows of no subscriptions. */
  #dropOrphans(): void {
    const { broker } = this.#host;
    for (const virtualHost of broker.virtualHosts()) {
      for (const handle of broker.queues(virtualHost)) {
        const { name } = broker.queue(handle);
        if (!name.startsWith(postQueuePrefix)) continue;
        if (!this.#tokens.has(`${virtualHost}/${name.slice(postQueuePrefix.length)}`)) broker.deleteQueue(handle);
      }
    }
  }
}

function policyOf(topic: Topic, { record }: Subscription): DeliveryPolicy {
  return deliveryPolicyOf(record.attributes['DeliveryPolicy'], topic.record.attributes['DeliveryPolicy']);
}

/** Header names as the service writes them (developer guide, "HTTP/HTTPS headers"). */
function headersOf(
  type: string,
  { messageId, topic }: NotificationSource,
  arn: string | undefined,
): Record<string, string> {
  return {
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topic.topicArn,
    ...(arn === undefined ? {} : { 'x-amz-sns-subscription-arn': arn }),
    'Content-Type': 'text/plain; charset=UTF-8',
    'User-Agent': 'Amazon Simple Notification Service Agent',
    'Accept-Encoding': 'gzip,deflate',
  };
}
