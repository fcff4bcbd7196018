import { type Arrival, type Fields, methodName, RawClient } from '../amqp/raw-client.js';

/** What probes call the queue and the exchange that they make; both are gone when the next one starts. */
export const QUEUE = 'q';
export const EXCHANGE = 'e';

export interface AmqpProbe {
  readonly name: string;
  /** Where the answer is not RabbitMQ's; where it is, only `No effect …`. */
  readonly why?: string;
  /** Resolves to what was answered, as {@link said} words it. */
  run(session: AmqpSession): Promise<string>;
}

/** One connection with channel 1 open, for one probe. */
export class AmqpSession {
  readonly url: string;
  readonly client: RawClient;

  private constructor(url: string, client: RawClient) {
    this.url = url;
    this.client = client;
  }

  static async open(url: string): Promise<AmqpSession> {
    return new AmqpSession(url, await RawClient.open(url));
  }

  /** Sends a method and words what comes back. */
  async ask(method: string, fields: Fields = {}, channel = 1): Promise<string> {
    this.client.send(channel, method, { arguments: {}, ...fields });
    return said(await this.client.next());
  }

  /** The next that comes unasked, in words. */
  async next(): Promise<string> {
    return said(await this.client.next());
  }

  /** Everything that comes for what was sent, up to the answer of a harmless request. */
  async heard(): Promise<string> {
    this.client.send(1, 'ChannelFlow', { active: true });
    const answers: string[] = [];
    for (;;) {
      const arrival = await this.client.next();
      if (arrival.name === 'ChannelFlowOk') return answers.length === 0 ? 'no answer' : answers.join(', ');
      answers.push(said(arrival));
      if (['CLOSED', 'ConnectionClose', 'ChannelClose'].includes(arrival.name)) return answers.join(', ');
    }
  }

  /** Sends a method that has no answer of its own. */
  tell(method: string, fields: Fields = {}): Promise<string> {
    this.client.send(1, method, { arguments: {}, ...fields });
    return this.heard();
  }

  declareQueue(fields: Fields = {}): Promise<string> {
    return this.ask('QueueDeclare', { queue: QUEUE, durable: true, ...fields });
  }

  /** A queue to try something else on. */
  async haveQueue(args: Fields = {}): Promise<void> {
    const answer = await this.declareQueue({ arguments: args });
    if (answer !== 'queue.declare-ok') throw new Error(`no queue to probe: ${answer}`);
  }

  async publish(fields: Fields, properties: Fields = {}): Promise<string> {
    this.client.publish(1, { routingKey: QUEUE, ...fields }, 'body', properties);
    return this.heard();
  }

  /** Leaves nothing behind for the next probe. */
  async end(): Promise<void> {
    this.client.end();
    const tidier = await RawClient.open(this.url);
    tidier.send(1, 'QueueDelete', { queue: QUEUE });
    tidier.send(1, 'ExchangeDelete', { exchange: EXCHANGE });
    await tidier.next('QueueDeleteOk');
    await tidier.next('ExchangeDeleteOk');
    tidier.end();
  }
}

/** An arrival in words that hold no name, number or time that changes from run to run. */
export function said({ name, fields }: Arrival): string {
  if (name === 'CLOSED') return 'closed without a word';
  if (name === 'ChannelClose') return `channel closed: ${reply(fields)}`;
  if (name === 'ConnectionClose') return `connection closed: ${reply(fields)}`;
  const method = methodName(name);
  return name === 'BasicReturn' ? `${method} ${reply(fields)}` : method;
}

function reply(fields: Fields): string {
  return `${String(fields['replyCode'])} ${String(fields['replyText'])}`;
}

/** Runs probes one after the other against a broker. */
export async function runAmqpProbes(url: string, probes: readonly AmqpProbe[]): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const { name, run } of probes) {
    const session = await AmqpSession.open(url);
    try {
      answers[name] = await run(session);
    } catch (cause) {
      throw new Error(`the probe "${name}" failed`, { cause });
    } finally {
      await session.end();
    }
  }
  return answers;
}
