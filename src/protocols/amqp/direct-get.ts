import type {
  Delivery,
  DirectAccess,
  DirectMessage,
  Host,
  QueueInfo,
  SessionSink,
  Translate,
} from '../../core/index.js';
import { decodeProperties } from './basic-properties.js';
import { DeliveredContent } from './delivered-content.js';
import { jsonOfProperties } from './json-properties.js';
import { routingToQueue } from './short-string.js';

/** Takes some messages off a queue for somebody who wants to look at them. */
export class DirectGet implements SessionSink {
  private readonly host: Host;
  private readonly queue: QueueInfo;
  private readonly content: DeliveredContent;
  private readonly messages: DirectMessage[] = [];
  private ready = 0;
  private done: () => void = () => {};

  constructor(host: Host, translate: Translate, queue: QueueInfo) {
    this.host = host;
    this.queue = queue;
    this.content = new DeliveredContent(translate);
  }

  /** @throws BrokerError */
  async run(count: number, settle: Parameters<DirectAccess['get']>[4]): Promise<readonly DirectMessage[]> {
    const { host } = this;
    const { broker } = host;
    const { handle } = this.queue;
    host.enter();
    this.ready = broker.counts(handle).ready;
    const session = broker.openSession(this);
    try {
      await new Promise<void>((resolve) => {
        this.done = resolve;
        broker.acquire(session, handle, { token: 0, max: count, noAck: false, visibilityMs: undefined, waitMs: 0 });
      });
      host.enter();
      if (this.messages.length > 0 && settle === 'acknowledge') broker.acknowledge(session, 0, true);
      if (this.messages.length > 0 && settle === 'reject') broker.reject(session, 0, true);
    } finally {
      host.enter();
      // what is still held goes back to where it was
      broker.closeSession(session);
    }
    return this.messages;
  }

  deliver(delivery: Delivery): boolean {
    const { content, queue } = this;
    try {
      content.fill(delivery, routingToQueue(queue.name), undefined);
    } catch {
      content.fillUntranslated(delivery);
    }
    const routing = Buffer.from(content.routing.subarray(content.routingStart, content.routingEnd));
    const keyAt = 1 + (routing[0] ?? 0);
    const properties = Buffer.from(content.properties.subarray(content.propertiesStart, content.propertiesEnd));
    this.messages.push({
      exchange: routing.toString('utf8', 1, keyAt),
      routingKey: routing.toString('utf8', keyAt + 1),
      redelivered: delivery.redelivered,
      remaining: Math.max(0, this.ready - this.messages.length - 1),
      properties: jsonOfProperties(decodeProperties(properties, 0, properties.length)),
      body: Uint8Array.from(content.body.subarray(content.bodyStart, content.bodyEnd)),
    });
    return true;
  }

  acquired(): void {
    this.done();
  }

  cancelled(): void {
    this.done();
  }
}
