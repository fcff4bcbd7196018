import type { SqsAccess } from '../protocols/sqs/index.js';
import { isLoopback } from './authenticator.js';
import { OptionError } from './option-error.js';
import type { ServerOptions } from './options.js';
import { readUsersFile } from './users-file.js';

type AccessOptions = Pick<ServerOptions, 'sqsAccess' | 'sqsAccessKeys' | 'usersFile' | 'host'>;

/** Whom the SQS front serves; undefined: everybody. Throws OptionError when the keys cannot be understood. */
export async function sqsAccess(options: AccessOptions): Promise<SqsAccess | undefined> {
  const { sqsAccess: mode, sqsAccessKeys = '', usersFile, host } = options;
  if (mode === 'open') return undefined;
  const keys = readKeys(sqsAccessKeys);
  if (usersFile !== undefined) {
    for (const { id, secret } of (await readUsersFile(usersFile)).accessKeys) keys.set(id, secret);
  }
  if (keys.size > 0) return { keys: { secretOf: (id) => keys.get(id) } };
  // A socket on a loopback address has no other peers.
  return isLoopback(host) ? undefined : { admits: isLoopback };
}

function readKeys(text: string): Map<string, string> {
  const keys = new Map<string, string>();
  if (text === '') return keys;
  for (const [index, pair] of text.split(',').entries()) {
    const parts = /^([A-Za-z0-9_]+):(.+)$/.exec(pair.trim());
    if (parts === null)
      throw new OptionError(`Access key ${index + 1} of --sqs-access-keys is not written as ID:SECRET.`);
    keys.set(parts[1], parts[2]);
  }
  return keys;
}
