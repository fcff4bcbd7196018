import type { Host } from '../../../core/index.js';
import { NO_TOKEN, type SaslMechanism, type SaslStep } from './sasl-mechanism.js';

const FAILED: SaslStep = { kind: 'failed', message: 'Authentication failed: Invalid username or password' };

/**
 * PLAIN (RFC 4616): one token of authorization identity, user and password, separated by NUL. Refused are malformed
 * tokens, acting as somebody else, and passwords that are wrong or not good from there.
 */
export function plainMechanism(host: Host): SaslMechanism {
  return {
    name: 'PLAIN',
    start: (from) => ({
      async next(token) {
        const [actAs, name, password, ...rest] = Buffer.from(token).toString('utf8').split('\0');
        if (name === undefined || name === '' || password === undefined || rest.length > 0) return FAILED;
        if (actAs !== '' && actAs !== name) return FAILED;
        const user = await host.authenticate(name, password, from);
        return user === undefined ? FAILED : { kind: 'done', user, token: NO_TOKEN };
      },
    }),
  };
}
