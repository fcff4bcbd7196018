import { type Administration, type Host, rulesOfRegexes } from '../core/index.js';
import { passwordCredential } from '../operations/index.js';
import type { Log } from './logger.js';
import type { ServerOptions } from './options.js';
import type { UsersFile } from './users-file.js';

const EVERYTHING = { configure: '.*', write: '.*', read: '.*' };

/**
 * Puts the users of the operator's files into the catalogue: what a file says holds from this start on, whatever was
 * stored before. The default user is made where there is none at all, as RabbitMQ does it: who deleted it, or changed
 * its password, does not find it again after a restart.
 */
export async function addFirstUsers(
  { users, permissions, virtualHosts }: Administration,
  host: Host,
  { defaultUser, defaultPassword, passwordHashing }: ServerOptions,
  file: UsersFile,
  log: Log,
): Promise<void> {
  const isFirstStart = [...users.all()].length === 0;
  const credential = isFirstStart ? await passwordCredential(defaultPassword, passwordHashing) : undefined;
  host.enter();
  if (credential !== undefined) {
    users.put(defaultUser, ['administrator'], [credential]);
    permissions.put(defaultUser, '/', rulesOfRegexes(EVERYTHING));
  }
  for (const { name, tags, credentials } of file.users) users.put(name, tags, credentials);
  for (const { user, virtualHost, ...regexes } of file.grants) {
    if (virtualHosts.get(virtualHost) === undefined) virtualHosts.put(virtualHost);
    permissions.put(user, virtualHost, rulesOfRegexes(regexes));
  }
  if (users.get(defaultUser) === undefined) {
    log('warn', 'the default user is not there: the store has other users, and it is made at the first start only', {
      user: defaultUser,
    });
  }
}
