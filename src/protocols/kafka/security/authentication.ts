import type { SaslExchange, SaslMechanism, SaslStep } from '../sasl/sasl-mechanism.js';
import { ANONYMOUS } from './access.js';

/** What one connection has proved, and what is under way (KIP-43, KIP-152, KIP-368). */
export class Authentication {
  /** After SaslHandshake v0 the client sends bare tokens instead of requests. */
  rawTokens = false;
  #user: string;
  #principal = ANONYMOUS;
  #done: boolean;
  #exchange: SaslExchange | undefined;
  #mechanism = '';
  #expiresAtMs = Number.POSITIVE_INFINITY;
  readonly #maxLifetimeMs: number;

  /**
   * @param anonymousUser whose permissions the client has before it authenticates; undefined: it must
   * @param maxLifetimeMs after which it must authenticate again; 0: never
   */
  constructor(anonymousUser: string | undefined, maxLifetimeMs: number) {
    this.#user = anonymousUser ?? '';
    this.#done = anonymousUser !== undefined;
    this.#maxLifetimeMs = maxLifetimeMs;
  }

  get user(): string {
    return this.#user;
  }
  get principal(): string {
    return this.#principal;
  }
  /** Whether requests are served. */
  get done(): boolean {
    return this.#done && !this.rawTokens;
  }
  /** Whether a token is waited for. */
  get isUnderWay(): boolean {
    return this.#exchange !== undefined;
  }

  /** What was proved is no longer good. `nowMs` as in {@link take}. */
  isOver(nowMs: number): boolean {
    return nowMs > this.#expiresAtMs;
  }

  /** Whether the connection may go on with this mechanism: who authenticates again does it as before. */
  mayUse(mechanism: string): boolean {
    return this.#mechanism === '' || this.#mechanism === mechanism;
  }

  begin(mechanism: SaslMechanism, from: string, rawTokens: boolean): void {
    this.#exchange = mechanism.start(from);
    this.#mechanism = mechanism.name;
    this.rawTokens = rawTokens;
  }

  /**
   * Hands a token on. `lifetimeMs` of a step that is done says when the client must come back; 0: never.
   *
   * @param nowMs a clock that never goes back
   */
  async take(token: Uint8Array, nowMs: () => number): Promise<SaslStep> {
    const exchange = this.#exchange;
    if (exchange === undefined) return { kind: 'failed', message: 'There is no authentication under way' };
    const step = await exchange.next(token);
    if (step.kind === 'challenge') return step;
    this.#exchange = undefined;
    if (step.kind === 'failed') return step;
    const principal = `User:${step.user}`;
    if (this.#principal !== ANONYMOUS && this.#principal !== principal) {
      const message = `Cannot change principals during re-authentication from ${this.#principal} to ${principal}`;
      return { kind: 'failed', message };
    }
    this.#user = step.user;
    this.#principal = principal;
    this.#done = true;
    this.rawTokens = false;
    const lifetimeMs = this.#lifetime(step.lifetimeMs);
    this.#expiresAtMs = lifetimeMs === 0 ? Number.POSITIVE_INFINITY : nowMs() + lifetimeMs;
    return { ...step, lifetimeMs };
  }

  /** The shorter of the configured time and that of what was shown; 0: none of the two. */
  #lifetime(shownMs: number | undefined): number {
    if (shownMs === undefined) return this.#maxLifetimeMs;
    return this.#maxLifetimeMs === 0 ? shownMs : Math.min(shownMs, this.#maxLifetimeMs);
  }
}
