import type { User } from '../core/index.js';
import { rabbitmqCredential, tagsOf } from '../operations/index.js';
import { readConfigFile } from './config-file.js';
import { OptionError } from './option-error.js';

/** What a user may do in a virtual host: a regular expression over resource names for each operation, as in RabbitMQ. */
export interface Grant {
  readonly user: string;
  readonly virtualHost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export interface UsersFile {
  readonly users: readonly User[];
  readonly grants: readonly Grant[];
  readonly accessKeys: readonly AccessKey[];
}

/** What a client of SQS signs with. */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

/** RabbitMQ exports users without the field when they have the algorithm of its early versions. */
const EARLY_ALGORITHM = 'rabbit_password_hashing_md5';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The users of a definitions file as `rabbitmqctl export_definitions` writes it, passwords hashed, their permissions,
 * and `access_keys`, which RabbitMQ does not have. Throws OptionError when the file, or an entry in it, cannot be understood: a user who silently cannot
 * log in would be found too late.
 */
export async function readUsersFile(path: string): Promise<UsersFile> {
  const { users, permissions = [], access_keys: accessKeys = [] } = await readConfigFile(path);
  if (!Array.isArray(users)) throw new OptionError(`The users file ${path} has no list of users.`);
  if (!Array.isArray(permissions)) throw new OptionError(`The permissions in ${path} are not a list.`);
  if (!Array.isArray(accessKeys)) throw new OptionError(`The access keys in ${path} are not a list.`);
  return {
    accessKeys: accessKeys.map((entry: unknown, index) =>
      accessKeyOf(Object(entry) as Fields, `Access key ${index + 1} in ${path}`),
    ),
    users: users.map((entry: unknown, index) => userOf(Object(entry) as Fields, `User ${index + 1} in ${path}`)),
    grants: permissions.map((entry: unknown, index) =>
      grantOf(Object(entry) as Fields, `Permission ${index + 1} in ${path}`),
    ),
  };
}

function userOf(entry: Fields, place: string): User {
  const name = textOf(entry, 'name', place);
  const hash = textOf(entry, 'password_hash', place);
  const algorithm = textOf({ hashing_algorithm: EARLY_ALGORITHM, ...entry }, 'hashing_algorithm', place);
  const credential = rabbitmqCredential(hash, algorithm);
  if (credential === undefined) throw new OptionError(`${place} (${name}) has a hash that is no known ${algorithm}.`);
  return { name, tags: tagsOf(entry['tags']), credentials: [credential] };
}

function grantOf(entry: Fields, place: string): Grant {
  return {
    user: textOf(entry, 'user', place),
    virtualHost: textOf(entry, 'vhost', place),
    configure: expressionOf(entry, 'configure', place),
    write: expressionOf(entry, 'write', place),
    read: expressionOf(entry, 'read', place),
  };
}

function accessKeyOf(entry: Fields, place: string): AccessKey {
  return { id: textOf(entry, 'access_key_id', place), secret: textOf(entry, 'secret_access_key', place) };
}

function textOf(entry: Fields, field: string, place: string): string {
  const value = entry[field];
  if (typeof value !== 'string') throw new OptionError(`${place} needs a ${field}, a text.`);
  return value;
}

function expressionOf(entry: Fields, field: string, place: string): string {
  const value = textOf(entry, field, place);
  if (!isExpression(value)) throw new OptionError(`${place} has a ${field} that is not a regular expression: ${value}`);
  return value;
}

function isExpression(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
