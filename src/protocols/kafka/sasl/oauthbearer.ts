import type { VerifyBearer } from './bearer-token.js';
import { NO_TOKEN, type SaslExchange, type SaslMechanism, type SaslStep } from './sasl-mechanism.js';

const SEPARATOR = '\u0001';

/** OAUTHBEARER. A token that is not accepted is answered with the reason, which the client takes note of and fails. */
export function oauthBearerMechanism(verify: VerifyBearer): SaslMechanism {
  return { name: 'OAUTHBEARER', start: () => new BearerExchange(verify) };
}

class BearerExchange implements SaslExchange {
  readonly #verify: VerifyBearer;
  #refused: string | undefined;

  constructor(verify: VerifyBearer) {
    this.#verify = verify;
  }

  async next(token: Uint8Array): Promise<SaslStep> {
    if (this.#refused !== undefined) return { kind: 'failed', message: this.#refused };
    const message = readFirstMessage(Buffer.from(token).toString('utf8'));
    if (message === undefined)
      return { kind: 'failed', message: 'Authentication failed: malformed OAUTHBEARER message' };
    const { actAs, bearer } = message;
    try {
      const { user, expiresMs } = await this.#verify(bearer);
      if (actAs !== undefined && actAs !== '' && actAs !== user) {
        return this.#refuse('the identity asked for is not the one of the token');
      }
      return { kind: 'done', user, token: NO_TOKEN, lifetimeMs: Math.max(1, expiresMs - Date.now()) };
    } catch (error) {
      return this.#refuse(error instanceof Error ? error.message : String(error));
    }
  }

  #refuse(reason: string): SaslStep {
    this.#refused = `Authentication failed: ${reason}`;
    return { kind: 'challenge', token: Buffer.from(JSON.stringify({ status: 'invalid_token' })) };
  }
}

/** `n,`, perhaps an identity, a comma, then key=value pairs, one of them the token, each between separators (RFC 7628). */
function readFirstMessage(text: string): { readonly actAs: string | undefined; readonly bearer: string } | undefined {
  const [head, ...pairs] = text.split(SEPARATOR);
  const gs2 = /^n,(?:a=([^,]*))?,$/.exec(head);
  const auth = pairs.map((pair) => /^auth=bearer +(\S+)$/i.exec(pair)).find((found) => found !== null);
  if (gs2 === null || auth === undefined || !text.endsWith(SEPARATOR + SEPARATOR)) return undefined;
  return { actAs: gs2[1], bearer: auth[1] };
}
