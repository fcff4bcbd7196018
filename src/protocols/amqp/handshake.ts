import { ConnectionError } from './amqp-error.js';
import type { FieldTable, FieldValue } from './field-table.js';
import type { Method, MethodArguments } from './method-codec.js';
import { methods, type MethodName } from './methods.js';
import { type Credentials, offeredMechanisms, readCredentials, type Mechanism } from './sasl.js';
import { serverProperties, type Identity } from './server-properties.js';
import { negotiate, type Tuning } from './tuning.js';

/** The connection as the handshake sees it. Both receives reject when the peer is gone. */
export interface Wire {
  receiveBytes(size: number): Promise<Buffer>;
  receiveMethod(): Promise<Method>;
  send<Name extends MethodName>(name: Name, args: MethodArguments<Name>): void;
  sendBytes(bytes: Buffer): void;
}

export interface HandshakeOptions {
  readonly identity: Identity;
  readonly tuning: Tuning;
  /** The user's name, or undefined when the credentials are wrong. */
  authenticate(user: string, password: string): Promise<string | undefined>;
  /** The user whom the client's certificate names, if it showed one. */
  readonly certificateUser: string | undefined;
  readonly knowsUser: (name: string) => boolean;
  hasVirtualHost(name: string): boolean;
  mayEnter(user: string, virtualHost: string): boolean;
  /** How many connections the virtual host may have when it has them; undefined while there is room for one more. */
  connectionLimitReached(virtualHost: string): number | undefined;
}

/** What a connection knows when it is open. */
export interface Opened {
  readonly user: string;
  readonly virtualHost: string;
  readonly mechanism: string;
  readonly tuning: Tuning;
  readonly clientProperties: FieldTable;
  readonly capabilities: ClientCapabilities;
}

export interface ClientCapabilities {
  readonly consumerCancelNotify: boolean;
  readonly connectionBlocked: boolean;
}

/** The peer is refused without a method that says so; `reason` is for the log. After `delayMs` the socket closes. */
export class Refusal extends Error {
  readonly delayMs: number;

  constructor(reason: string, delayMs = 0) {
    super(reason);
    this.delayMs = delayMs;
  }
}

const protocolHeader = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]);
/** AMQP 0-9, which some clients still announce and which differs in the header only. */
const protocolHeader09 = Buffer.from([0x41, 0x4d, 0x51, 0x50, 1, 1, 0, 9]);
/** So long a wrong password without a proper close takes, to slow guessing. */
const refusalDelayMs = 3000;

/**
 * Takes a fresh connection from the protocol header to connection.open-ok's turn: the caller sends open-ok when it is
 * ready for channels. @throws ConnectionError to be sent as connection.close · Refusal · whatever the wire rejects with
 */
export async function handshake(wire: Wire, options: HandshakeOptions): Promise<Opened> {
  await expectProtocolHeader(wire);
  wire.send('connection.start', {
    versionMajor: 0,
    versionMinor: 9,
    serverProperties: serverProperties(options.identity),
    mechanisms: Buffer.from(offeredMechanisms(options.certificateUser).join(' ')),
    locales: Buffer.from('en_US'),
  });
  const startOk = await expect(wire, 'connection.start-ok');
  const user = await logIn(startOk, options);

  wire.send('connection.tune', {
    channelMax: options.tuning.channelMax,
    frameMax: options.tuning.frameMaxBytes,
    heartbeat: options.tuning.heartbeatSeconds,
  });
  const tuneOk = await expect(wire, 'connection.tune-ok');
  const tuning = negotiate(options.tuning, {
    channelMax: tuneOk.channelMax,
    frameMaxBytes: tuneOk.frameMax,
    heartbeatSeconds: tuneOk.heartbeat,
  });

  const { virtualHost } = await expect(wire, 'connection.open');
  if (!options.hasVirtualHost(virtualHost)) throw openRefusal(`vhost ${virtualHost} not found`);
  if (!options.mayEnter(user, virtualHost)) {
    throw openRefusal(`access to vhost '${virtualHost}' refused for user '${user}'`);
  }
  const most = options.connectionLimitReached(virtualHost);
  if (most !== undefined) {
    const reason = `connection limit (${most}) is reached`;
    throw openRefusal(`access to vhost '${virtualHost}' refused for user '${user}': ${reason}`);
  }
  return {
    user,
    virtualHost,
    mechanism: startOk.mechanism,
    tuning,
    clientProperties: startOk.clientProperties,
    capabilities: {
      consumerCancelNotify: hasCapability(startOk.clientProperties, 'consumer_cancel_notify'),
      connectionBlocked: hasCapability(startOk.clientProperties, 'connection.blocked'),
    },
  };
}

async function expectProtocolHeader(wire: Wire): Promise<void> {
  const header = await wire.receiveBytes(protocolHeader.length);
  if (header.equals(protocolHeader) || header.equals(protocolHeader09)) return;
  wire.sendBytes(protocolHeader);
  throw new Refusal(`not AMQP 0-9-1: ${nameOfGreeting(header)}`);
}

function nameOfGreeting(header: Buffer): string {
  const text = header.toString('latin1');
  if (text.startsWith('AMQP')) return `AMQP header ${[...header.subarray(4)].join(' ')}`;
  if (header[0] === 0x16 && header[1] === 3) return 'a TLS handshake on a plain port';
  if (/^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT) /.test(text)) return 'an HTTP request';
  return `bytes ${header.toString('hex')}`;
}

async function logIn(startOk: MethodArguments<'connection.start-ok'>, options: HandshakeOptions): Promise<string> {
  const mechanism = offeredMechanisms(options.certificateUser).find((name) => name === startOk.mechanism);
  if (mechanism === undefined) throw new Refusal(`unknown authentication mechanism '${startOk.mechanism}'`);
  const user =
    mechanism === 'EXTERNAL'
      ? knownUser(options)
      : await userWithPassword(readCredentials(mechanism, startOk.response), options);
  if (user !== undefined) return user;
  throw loginRefusal(mechanism, startOk.clientProperties);
}

function knownUser({ certificateUser, knowsUser }: HandshakeOptions): string | undefined {
  return certificateUser !== undefined && knowsUser(certificateUser) ? certificateUser : undefined;
}

async function userWithPassword(
  credentials: Credentials | undefined,
  options: HandshakeOptions,
): Promise<string | undefined> {
  return credentials === undefined ? undefined : options.authenticate(credentials.user, credentials.password);
}

function loginRefusal(mechanism: Mechanism, clientProperties: FieldTable): Error {
  if (!hasCapability(clientProperties, 'authentication_failure_close')) {
    return new Refusal('login refused', refusalDelayMs);
  }
  const detail = `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`;
  return new ConnectionError('ACCESS_REFUSED', detail, 0, 0, false);
}

function openRefusal(detail: string): ConnectionError {
  return new ConnectionError('NOT_ALLOWED', detail, ...methods['connection.open'].id);
}

function hasCapability(clientProperties: FieldTable, name: string): boolean {
  const capabilities: FieldValue | undefined = clientProperties.get('capabilities');
  if (capabilities?.type !== 'F') return false;
  const value = capabilities.value.get(name);
  return value?.type === 't' && value.value;
}

async function expect<Name extends MethodName>(wire: Wire, name: Name): Promise<MethodArguments<Name>> {
  const method = await wire.receiveMethod();
  if (method.name === name) return method.args;
  if (method.name === 'connection.close') {
    wire.send('connection.close-ok', {});
    throw new Refusal('closed by the client before it was open');
  }
  throw new ConnectionError('CHANNEL_ERROR', `expected '${name}'`, ...methods[method.name].id);
}
