import { connect, type Socket } from 'node:net';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Fields of a method or of the properties, named as amqplib's codec names them. */
export type Fields = Readonly<Record<string, unknown>>;

interface Codec {
  encodeMethod(id: number, channel: number, fields: Fields): Buffer;
  encodeProperties(classId: number, channel: number, size: number, fields: Fields): Buffer;
  decode(id: number, bytes: Buffer): Fields;
  info(id: number): { name: string };
  [name: string]: unknown;
}

// Another library's codec, so that nothing of the broker's own is trusted to test it.
const codec = createRequire(import.meta.url)(
  fileURLToPath(new URL('lib/defs.js', import.meta.resolve('amqplib'))),
) as Codec;

/** Every method that the codec knows, as `basic.get-ok`. */
export const methodNames: readonly string[] = Object.keys(codec)
  .filter((name) => /^[A-Z][a-z]/.test(name) && name !== 'BasicProperties')
  .map(methodName);

/** `connection.update-secret-ok` for ConnectionUpdateSecretOk. */
export function methodName(codecName: string): string {
  const [group, ...rest] = codecName.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
  return `${group}.${rest.join('-')}`;
}

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const HEARTBEAT = 8;
const BASIC = 60;
const ANSWER_LIMIT_MS = 10_000;

/** What arrived: a method, with its content when it has one. */
export interface Arrival {
  readonly name: string;
  readonly channel: number;
  readonly fields: Fields;
  /** Undefined also where the library's codec does not know a type in them. */
  readonly properties?: Fields | undefined;
  /** Their flags and values as they came. */
  readonly propertyBytes?: Buffer;
  readonly body?: string;
  /** Sizes of the body frames. */
  readonly pieces?: readonly number[];
}

export interface RawOptions {
  readonly frameMax?: number;
  readonly channelMax?: number;
  readonly heartbeat?: number;
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly password?: string;
  readonly virtualHost?: string;
}

/** A client that says exactly what it is told to, and shows frame by frame what it gets. */
export class RawClient {
  readonly socket: Socket;
  readonly heartbeats = { count: 0 };
  #bytes = Buffer.alloc(0);
  #arrivals: Arrival[] = [];
  #content: { -readonly [K in keyof Arrival]: Arrival[K] } | undefined;
  #missing = 0;
  #closed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    // A handshake is many small writes, each of which would wait for the peer's acknowledgement of the one before.
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      while (this.#readFrame());
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** A socket that has said nothing yet. */
  static async dial(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  /** Opens a connection and channel 1. */
  static async open(url: string, options: RawOptions = {}): Promise<RawClient> {
    const client = await RawClient.dial(url);
    await client.handshake(options);
    await client.openChannel(1);
    return client;
  }

  /** Up to connection.open-ok or whatever comes in its place. */
  async handshake(options: RawOptions = {}): Promise<Arrival> {
    this.write(Buffer.from('AMQP\0\0\x09\x01'));
    await this.next('ConnectionStart');
    this.send(0, 'ConnectionStartOk', {
      clientProperties: { capabilities: options.capabilities ?? { consumer_cancel_notify: true } },
      mechanism: 'PLAIN',
      response: Buffer.from(`\0guest\0${options.password ?? 'guest'}`),
      locale: 'en_US',
    });
    const tune = await this.next();
    if (tune.name !== 'ConnectionTune') return tune;
    this.send(0, 'ConnectionTuneOk', {
      channelMax: options.channelMax ?? 2047,
      frameMax: options.frameMax ?? 131_072,
      heartbeat: options.heartbeat ?? 0,
    });
    this.send(0, 'ConnectionOpen', { virtualHost: options.virtualHost ?? '/' });
    return this.next();
  }

  async openChannel(channel: number): Promise<Arrival> {
    this.send(channel, 'ChannelOpen');
    return this.next();
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  send(channel: number, method: string, fields: Fields = {}): void {
    this.write(codec.encodeMethod(codec[method] as number, channel, fields));
  }

  frame(type: number, channel: number, payload: Buffer, end = 0xce): void {
    const bytes = Buffer.alloc(payload.length + 8);
    bytes[0] = type;
    bytes.writeUInt16BE(channel, 1);
    bytes.writeUInt32BE(payload.length, 3);
    payload.copy(bytes, 7);
    bytes[bytes.length - 1] = end;
    this.write(bytes);
  }

  header(channel: number, size: number, properties: Fields = {}): void {
    this.write(codec.encodeProperties(BASIC, channel, size, { headers: undefined, ...properties }));
  }

  publish(channel: number, fields: Fields, body = '', properties: Fields = {}): void {
    this.send(channel, 'BasicPublish', { exchange: '', ...fields });
    this.header(channel, Buffer.byteLength(body), properties);
    if (body !== '') this.frame(BODY, channel, Buffer.from(body));
  }

  /** The next arrival; `expected` fails the test when it is another method. */
  async next(expected?: string): Promise<Arrival> {
    const limit = AbortSignal.timeout(ANSWER_LIMIT_MS);
    for (;;) {
      const arrival = this.#arrivals.shift();
      if (arrival !== undefined) {
        if (expected !== undefined && arrival.name !== expected) {
          throw new Error(`expected ${expected}, got ${show(arrival)}`);
        }
        return arrival;
      }
      if (this.#closed) return { name: 'CLOSED', channel: 0, fields: {} };
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        limit.addEventListener('abort', () => reject(new Error(`nothing came${expected ? `, not ${expected}` : ''}`)));
      });
    }
  }

  /** What has arrived and was not asked for yet. */
  arrived(): Arrival[] {
    return this.#arrivals.splice(0);
  }

  /** Sends a method and shows its answer. */
  async call(channel: number, method: string, fields: Fields = {}): Promise<string> {
    this.send(channel, method, fields);
    return show(await this.next());
  }

  /**
   * Shows everything that arrives up to the answer of a harmless request that is sent now: so what the broker had to
   * say to what was sent before. Ends early when the channel or the connection is closed.
   */
  async settled(channel: number): Promise<string[]> {
    this.send(channel, 'ChannelFlow', { active: true });
    const shown: string[] = [];
    for (;;) {
      const arrival = await this.next();
      if (arrival.name === 'ChannelFlowOk' && arrival.channel === channel) return shown;
      shown.push(show(arrival));
      if (arrival.name === 'CLOSED' || arrival.name === 'ConnectionClose') return shown;
      if (arrival.name === 'ChannelClose' && arrival.channel === channel) return shown;
    }
  }

  /** After a channel error: confirms it and opens the number again. */
  async reopen(channel: number): Promise<void> {
    this.send(channel, 'ChannelCloseOk');
    await this.openChannel(channel);
  }

  /** Resolves when the peer has closed the socket. */
  async closed(): Promise<void> {
    while ((await this.next()).name !== 'CLOSED');
  }

  end(): void {
    this.socket.destroy();
  }

  #readFrame(): boolean {
    const bytes = this.#bytes;
    if (bytes.subarray(0, 4).toString('latin1') === 'AMQP') {
      if (bytes.length < 8) return false;
      this.#arrivals.push({ name: `AMQP[${[...bytes.subarray(4, 8)].join(',')}]`, channel: 0, fields: {} });
      this.#bytes = bytes.subarray(8);
      return true;
    }
    if (bytes.length < 7) return false;
    const end = 7 + bytes.readUInt32BE(3);
    if (bytes.length <= end) return false;
    this.#bytes = bytes.subarray(end + 1);
    this.#take(bytes[0], bytes.readUInt16BE(1), bytes.subarray(7, end));
    return true;
  }

  #take(type: number, channel: number, payload: Buffer): void {
    if (type === HEARTBEAT) {
      this.heartbeats.count++;
      return;
    }
    if (type === METHOD) {
      const id = payload.readUInt32BE(0);
      const { name } = codec.info(id);
      const arrival = { name, channel, fields: codec.decode(id, payload.subarray(4)) };
      if (['BasicDeliver', 'BasicGetOk', 'BasicReturn'].includes(name))
        this.#content = { ...arrival, body: '', pieces: [] };
      else this.#arrivals.push(arrival);
      return;
    }
    const content = this.#content;
    if (content === undefined || content.channel !== channel) throw new Error('content without a method');
    if (type === HEADER) {
      this.#missing = Number(payload.readBigUInt64BE(4));
      content.propertyBytes = payload.subarray(12);
      content.properties = decodedProperties(content.propertyBytes);
    } else {
      content.body += payload.toString('latin1');
      content.pieces = [...(content.pieces ?? []), payload.length];
      this.#missing -= payload.length;
    }
    if (this.#missing > 0) return;
    this.#content = undefined;
    this.#arrivals.push(content);
  }
}

function decodedProperties(bytes: Buffer): Fields | undefined {
  try {
    return codec.decode(BASIC, bytes);
  } catch {
    return undefined;
  }
}

/** One line for an arrival, for comparing. */
export function show({ name, channel, fields, body }: Arrival): string {
  if (name === 'ChannelClose' || name === 'ConnectionClose') {
    return `${name}@${channel} ${fields['replyText'] as string} (${String(fields['classId'])},${String(fields['methodId'])})`;
  }
  if (name === 'CLOSED' || name.startsWith('AMQP[')) return name;
  const values = Object.values(fields)
    .filter((value) => !Buffer.isBuffer(value) && value !== '')
    .map(String);
  return [`${name}@${channel}`, ...values, ...(body === undefined ? [] : [`body=${body}`])].join(' ');
}
