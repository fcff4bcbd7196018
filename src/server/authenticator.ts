import { type PasswordVerifier, scryptVerifier } from './password-verifier.js';
import { RecentLogins } from './recent-logins.js';

/**
 * The user's name when the password is right, undefined when it is not or the user may not log in from there.
 * `from` is the peer's address as the socket names it; undefined when only loopback can reach the listeners.
 */
export type Authenticate = (user: string, password: string, from?: string) => Promise<string | undefined>;

export interface User {
  readonly name: string;
  readonly verify: PasswordVerifier;
}

/** The user whose password everybody knows: whoever uses it must at least be on this machine. */
const LOOPBACK_ONLY = 'guest';

const KEEP_MS = 60_000;
const KEEP_LIMIT = 1_000;
/** More than this many guesses waiting for their turn are refused: each holds a connection and costs a core. */
const WAITING_LIMIT = 200;

/**
 * Checks passwords one after the other: the slow hash runs on the threads that also serve the disk, and a flood of
 * guesses must not take more than one of them. Equal credentials that wait together are checked once.
 */
export class Authenticator {
  readonly #users = new Map<string, User>();
  readonly #recent = new RecentLogins(KEEP_MS, KEEP_LIMIT);
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #clock: () => number;
  #turn: Promise<unknown> = Promise.resolve();
  #decoy: Promise<PasswordVerifier> | undefined;

  /** `clock` in ms, never going back. */
  constructor(users: Iterable<User>, clock: () => number = () => performance.now()) {
    for (const user of users) this.#users.set(user.name, user);
    this.#clock = clock;
  }

  readonly authenticate: Authenticate = async (name, password, from) => {
    const user = this.#users.get(name);
    if (name === LOOPBACK_ONLY && from !== undefined && !isLoopback(from)) return undefined;
    const fingerprint = this.#recent.fingerprint(name, password);
    if (this.#recent.has(fingerprint, this.#clock())) return name;
    let check = this.#underWay.get(fingerprint);
    if (check === undefined) {
      if (this.#underWay.size >= WAITING_LIMIT) return undefined;
      check = this.#inTurn(() => this.#verify(user, password));
      this.#underWay.set(fingerprint, check);
      void check.finally(() => this.#underWay.delete(fingerprint)).catch(() => {});
    }
    if (!(await check)) return undefined;
    this.#recent.add(fingerprint, this.#clock());
    return name;
  };

  /** Is there a user of that name? */
  readonly knows = (name: string): boolean => this.#users.has(name);

  async #verify(user: User | undefined, password: string): Promise<boolean> {
    if (user !== undefined) return user.verify(password);
    // An unknown name takes as long as a wrong password, so that names cannot be told apart by the clock.
    this.#decoy ??= scryptVerifier('');
    await (await this.#decoy)(password);
    return false;
  }

  #inTurn(check: () => Promise<boolean>): Promise<boolean> {
    const result = this.#turn.then(check);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** A user whose password is known in plain text; the slow hash of it is made at the first log-in, not at start. */
export function userWithPassword(name: string, password: string): User {
  let verifier: Promise<PasswordVerifier> | undefined;
  return {
    name,
    verify: async (candidate) => {
      verifier ??= scryptVerifier(password);
      return (await verifier)(candidate);
    },
  };
}

/** 127.0.0.0/8, ::1, and the former written as an IPv6 address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}
