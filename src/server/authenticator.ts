import { RecentLogins } from './recent-logins.js';

/**
 * The user's name when the password is right, undefined when it is not or the user may not log in from there.
 * `from` is the peer's address as the socket names it; undefined when only loopback can reach the listeners.
 */
export type Authenticate = (user: string, password: string, from?: string) => Promise<string | undefined>;

/** One who may log in with a password. */
export interface Login {
  /** Another one whenever the password is another: what was found right under an old one is not right any more. */
  readonly version: string;
  /** Never blocks the event loop for longer than a fast hash takes. */
  verify(password: string): Promise<boolean>;
}

/** Who has that name now; of a name that nobody has, somebody whom no password proves, and who takes as long. */
export type FindLogin = (name: string) => Login;

/** The user whose password everybody knows: whoever uses it must at least be on this machine. */
const LOOPBACK_ONLY = 'guest';

const KEEP_MS = 60_000;
const KEEP_LIMIT = 1_000;
/** More than this many guesses waiting for their turn are refused: each holds a connection and costs a core. */
const WAITING_LIMIT = 200;

/**
 * Checks passwords one after the other: a slow hash runs on the threads that also serve the disk, and a flood of
 * guesses must not take more than one of them. Equal credentials that wait together are checked once.
 */
export class Authenticator {
  readonly #find: FindLogin;
  readonly #recent = new RecentLogins(KEEP_MS, KEEP_LIMIT);
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #clock: () => number;
  #turn: Promise<unknown> = Promise.resolve();

  /** `clock` in ms, never going back. */
  constructor(find: FindLogin, clock: () => number = () => performance.now()) {
    this.#find = find;
    this.#clock = clock;
  }

  readonly authenticate: Authenticate = async (name, password, from) => {
    if (name === LOOPBACK_ONLY && from !== undefined && !isLoopback(from)) return undefined;
    const login = this.#find(name);
    const fingerprint = this.#recent.fingerprint(name, password, login.version);
    if (this.#recent.has(fingerprint, this.#clock())) return name;
    let check = this.#underWay.get(fingerprint);
    if (check === undefined) {
      if (this.#underWay.size >= WAITING_LIMIT) return undefined;
      check = this.#inTurn(() => login.verify(password));
      this.#underWay.set(fingerprint, check);
      void check.finally(() => this.#underWay.delete(fingerprint)).catch(() => {});
    }
    if (!(await check)) return undefined;
    this.#recent.add(fingerprint, this.#clock());
    return name;
  };

  #inTurn(check: () => Promise<boolean>): Promise<boolean> {
    const result = this.#turn.then(check);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** 127.0.0.0/8, ::1, and the former written as an IPv6 address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}
