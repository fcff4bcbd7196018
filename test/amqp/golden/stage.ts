import { type Arrival, type Fields, RawClient, type RawOptions, show } from '../raw-client.js';

/** Where one situation is played: its clients, its names, and its way to say what arrived. */
export class Stage {
  readonly url: string;
  readonly #suffix: string;
  readonly #clients: RawClient[] = [];

  /** `suffix` makes its names its own on a broker that others use. */
  constructor(url: string, suffix: string) {
    this.url = url;
    this.#suffix = suffix;
  }

  /** A connection with channel 1 open. */
  async open(options?: RawOptions): Promise<RawClient> {
    return this.#kept(await RawClient.open(this.url, options));
  }

  /** A socket that has said nothing. */
  async dial(): Promise<RawClient> {
    return this.#kept(await RawClient.dial(this.url));
  }

  /** A connection, and a queue declared on its channel 1. */
  async withQueue(fields: Fields = {}, options?: RawOptions): Promise<[RawClient, string]> {
    const client = await this.open(options);
    const queue = this.name('q');
    await ask(client, 'QueueDeclare', { queue, ...fields });
    return [client, queue];
  }

  name(text: string): string {
    return text + this.#suffix;
  }

  /** Lines without what differs from run to run. */
  plain(lines: readonly string[]): string[] {
    return lines.map((line) => line.replaceAll(this.#suffix, ''));
  }

  end(): void {
    for (const client of this.#clients) client.end();
  }

  #kept(client: RawClient): RawClient {
    this.#clients.push(client);
    return client;
  }
}

/** Sends a method and shows what comes next. */
export function ask(client: RawClient, method: string, fields: Fields = {}, channel = 1): Promise<string> {
  return client.call(channel, method, { arguments: {}, ...fields });
}

/** Shows what the next `count` arrivals are. */
export async function take(client: RawClient, count: number): Promise<string[]> {
  const shown: string[] = [];
  while (shown.length < count) shown.push(show(await client.next()));
  return shown;
}

/** basic.get: tag, mark, what is left and the body; or that there is none. */
export async function get(client: RawClient, queue: string, noAck = true, channel = 1): Promise<string> {
  return got(await pull(client, queue, noAck, channel));
}

export async function pull(client: RawClient, queue: string, noAck = true, channel = 1): Promise<Arrival> {
  client.send(channel, 'BasicGet', { queue, noAck });
  return client.next();
}

function got(arrival: Arrival): string {
  if (arrival.name !== 'BasicGetOk') return show(arrival);
  const { deliveryTag, redelivered, messageCount } = arrival.fields;
  return `${String(arrival.body)} tag=${String(deliveryTag)} redelivered=${String(redelivered)} left=${String(messageCount)}`;
}

/** What has arrived, and the end of the connection if the broker closes it within the moment that it leaves for reading. */
export async function untilClosed(client: RawClient): Promise<string[]> {
  const shown: string[] = [];
  do shown.push(show(await client.next()));
  while (shown.at(-1) !== 'CLOSED');
  return shown;
}

/** What arrives in a moment that is long enough for an answer, where there may be none. */
export async function inAMoment(client: RawClient): Promise<string[]> {
  await new Promise((resolve) => {
    setTimeout(resolve, 500);
  });
  return client.arrived().map(show);
}
