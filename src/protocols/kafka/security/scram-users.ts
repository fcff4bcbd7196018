import { decodeCredential, encodeCredential, type ScramCredential, type ScramHash } from '../sasl/scram-credential.js';
import type { StoredCredential, UserStore } from './user-store.js';

/** The users' SCRAM credentials: one for each hash, beside whatever else proves who they are. */
export class ScramUsers {
  readonly #users: UserStore;

  constructor(users: UserStore) {
    this.#users = users;
  }

  find(name: string, hash: ScramHash): ScramCredential | undefined {
    const credential = this.#users.get(name)?.credentials.find(({ kind }) => kind === hash.kind);
    return credential === undefined ? undefined : decodeCredential(credential.secret);
  }

  /** The names of all users. */
  names(): string[] {
    return Array.from(this.#users.all(), ({ name }) => name);
  }

  /** Gives a user, new or known, this credential in place of the one that it may have. */
  put(name: string, hash: ScramHash, credential: ScramCredential): void {
    const added = { kind: hash.kind, id: '', secret: encodeCredential(credential) };
    this.#replace(name, [...this.#others(name, hash), added]);
  }

  /** False when the user has none. A user of whom nothing else is known goes with it. */
  remove(name: string, hash: ScramHash): boolean {
    if (this.find(name, hash) === undefined) return false;
    const others = this.#others(name, hash);
    if (others.length === 0 && this.#users.get(name)?.tags.length === 0) this.#users.delete(name);
    else this.#replace(name, others);
    return true;
  }

  #others(name: string, hash: ScramHash): StoredCredential[] {
    return (this.#users.get(name)?.credentials ?? []).filter(({ kind }) => kind !== hash.kind);
  }

  #replace(name: string, credentials: readonly StoredCredential[]): void {
    this.#users.put(name, this.#users.get(name)?.tags ?? [], credentials);
  }
}
