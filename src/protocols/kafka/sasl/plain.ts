import type { Host } from '../../../core/index.js';

export const SASL_MECHANISMS: readonly string[] = ['PLAIN'];

/**
 * Checks a PLAIN token (RFC 4616): authorization identity, user and password, separated by NUL. Answers the user, or
 * undefined when the token is malformed, asks to act as somebody else, or the password is wrong or not good from there.
 *
 * @param from the client's address
 */
export async function authenticatePlain(host: Host, token: Uint8Array, from: string): Promise<string | undefined> {
  const [actAs, user, password, ...rest] = Buffer.from(token).toString('utf8').split('\0');
  if (user === undefined || user === '' || password === undefined || rest.length > 0) return undefined;
  if (actAs !== '' && actAs !== user) return undefined;
  return await host.authenticate(user, password, from);
}
