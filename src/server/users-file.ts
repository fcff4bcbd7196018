import type { User } from './authenticator.js';
import { readConfigFile } from './config-file.js';
import { OptionError } from './option-error.js';
import { rabbitmqVerifier } from './password-verifier.js';

/** RabbitMQ exports users without the field when they have the algorithm of its early versions. */
const EARLY_ALGORITHM = 'rabbit_password_hashing_md5';

/**
 * The users of a definitions file as `rabbitmqctl export_definitions` writes it, passwords hashed. Throws OptionError
 * when the file, or a user in it, cannot be understood: a user who silently cannot log in would be found too late.
 */
export async function readUsersFile(path: string): Promise<User[]> {
  const { users } = await readConfigFile(path);
  if (!Array.isArray(users)) throw new OptionError(`The users file ${path} has no list of users.`);
  return users.map((entry: unknown, index) => importedUser(entry, `User ${index + 1} in ${path}`));
}

function importedUser(entry: unknown, place: string): User {
  const {
    name,
    password_hash: hash,
    hashing_algorithm: algorithm = EARLY_ALGORITHM,
  } = Object(entry) as {
    [field: string]: unknown;
  };
  if (typeof name !== 'string' || typeof hash !== 'string' || typeof algorithm !== 'string') {
    throw new OptionError(`${place} needs a name, a password_hash and a hashing_algorithm, each a text.`);
  }
  const verify = rabbitmqVerifier(hash, algorithm);
  if (verify === undefined)
    throw new OptionError(`${place} (${name}) has a password hash that is not a known ${algorithm}.`);
  return { name, verify };
}
