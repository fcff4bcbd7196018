/** One way for clients to prove who they are (https://kafka.apache.org/protocol#sasl_handshake). */
export interface SaslMechanism {
  readonly name: string;
  /** @param from the client's address */
  start(from: string): SaslExchange;
}

/** The tokens of one client, in order. */
export interface SaslExchange {
  /** Takes the client's next token. Not called again after `done` or `failed`. */
  next(token: Uint8Array): SaslStep | Promise<SaslStep>;
}

export type SaslStep =
  | { readonly kind: 'challenge'; readonly token: Uint8Array }
  | {
      readonly kind: 'done';
      readonly user: string;
      readonly token: Uint8Array;
      /** How long what was shown is good, ms; undefined: for as long as the connection lasts. */
      readonly lifetimeMs?: number;
    }
  /** `message` is for the client: it does not tell whether the user exists. */
  | { readonly kind: 'failed'; readonly message: string };

export const NO_TOKEN = new Uint8Array(0);
