import type { Host, Translate } from '../../../core/index.js';
import { HttpDelivery } from './http/http-delivery.js';
import { NotificationSigner } from './notification/notification-signer.js';
import { QueueNotifications } from './notification/queue-notifications.js';
import { TopicPublisher } from './publish/topic-publisher.js';
import { SubscriptionIds } from './subscription/subscription-ids.js';
import { SubscriptionBindings } from './subscription/subscription-bindings.js';
import { Topics } from './topic/topics.js';

/** What all requests to SNS share. */
export class SnsParts {
  readonly topics: Topics;
  readonly ids: SubscriptionIds;
  readonly bindings: SubscriptionBindings;
  readonly publisher: TopicPublisher;
  readonly signer = new NotificationSigner();
  readonly notifications: QueueNotifications;
  readonly http: HttpDelivery;
  readonly #host: Host;

  /** `secret`: bytes that stay the same over restarts. */
  constructor(host: Host, translate: Translate, secret: Uint8Array) {
    this.#host = host;
    this.topics = new Topics(host.broker);
    this.ids = new SubscriptionIds(secret);
    this.bindings = new SubscriptionBindings(host.broker, this.topics);
    this.publisher = new TopicPublisher(host, this.bindings);
    this.notifications = new QueueNotifications(this.topics, this.ids, this.signer);
    this.http = new HttpDelivery(host, translate, this.topics, this.signer);
  }

  /** Goes on with what was stored: endpoints are served again, queues that come back are bound again. */
  start(): void {
    if (this.topics.all().length > 0) this.signer.prepare();
    this.http.start();
    this.#host.onStable(() => this.bindings.restoreAll());
  }

  stop(): void {
    this.http.stop();
  }
}
