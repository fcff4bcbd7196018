import { DecodeError, decodeTable } from './field-table.js';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** In the order in which they are offered; EXTERNAL only to a client whose certificate names a user. */
const mechanisms = ['PLAIN', 'AMQPLAIN', 'ANONYMOUS', 'EXTERNAL'] as const;
export type Mechanism = (typeof mechanisms)[number];

/** Some clients take EXTERNAL wherever it is offered, so it is not where it cannot work. */
export function offeredMechanisms(certificateUser: string | undefined): readonly Mechanism[] {
  return certificateUser === undefined ? mechanisms.filter((name) => name !== 'EXTERNAL') : mechanisms;
}

/** The credentials in a client's first response; undefined when it is malformed. */
export function readCredentials(mechanism: Exclude<Mechanism, 'EXTERNAL'>, response: Buffer): Credentials | undefined {
  // as in RabbitMQ, nobody is whoever knows what everybody knows; where that was changed, nobody gets in
  if (mechanism === 'ANONYMOUS') return { user: 'guest', password: 'guest' };
  return mechanism === 'PLAIN' ? readPlain(response) : readAmqPlain(response);
}

/** RFC 4616: authorization identity, user and password, separated by NUL. */
function readPlain(response: Buffer): Credentials | undefined {
  const parts = response.toString('utf8').split('\0');
  if (parts.length !== 3) return undefined;
  return { user: parts[1], password: parts[2] };
}

/** RabbitMQ's AMQPLAIN: the content of a field table, without its length, with LOGIN and PASSWORD. */
function readAmqPlain(response: Buffer): Credentials | undefined {
  const bytes = Buffer.alloc(4 + response.length);
  bytes.writeUInt32BE(response.length, 0);
  response.copy(bytes, 4);
  try {
    const table = decodeTable(bytes, 0, bytes.length);
    const login = table.get('LOGIN');
    const password = table.get('PASSWORD');
    if (login?.type !== 'S' || password?.type !== 'S') return undefined;
    return { user: login.value.toString('utf8'), password: password.value.toString('utf8') };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
