import type { Host } from '../../../core/index.js';
import type { BearerOptions } from '../kafka-options.js';
import type { ScramUsers } from '../security/scram-users.js';
import { bearerVerifier } from './bearer-token.js';
import { oauthBearerMechanism } from './oauthbearer.js';
import { plainMechanism } from './plain.js';
import type { SaslMechanism } from './sasl-mechanism.js';
import { scramMechanism } from './scram.js';
import { SCRAM_HASHES } from './scram-credential.js';

/** Everything that a client may prove itself with. Tokens are taken only where it was said how they are checked. */
export function saslMechanisms(
  host: Host,
  users: ScramUsers,
  bearer: BearerOptions | undefined,
): readonly SaslMechanism[] {
  return [
    plainMechanism(host),
    ...SCRAM_HASHES.map((hash) => scramMechanism(hash, (user) => users.find(user, hash))),
    ...(bearer === undefined ? [] : [oauthBearerMechanism(bearerVerifier(bearer))]),
  ];
}
