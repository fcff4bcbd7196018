import { BrokerError } from '../broker-error.js';
import { ValueReader, ValueWriter } from '../group/value-codec.js';
import { keyNames, keyPart, type MetadataEffects } from './metadata-effects.js';

/** format, a count, text of each tag, a count, text kind + text id + bytes of each credential. The name is the key's. */
const FORMAT = 1;

export interface User {
  readonly name: string;
  readonly tags: readonly string[];
  readonly credentials: readonly Credential[];
}

/** One way to prove to be the user. What it holds is for whoever checks it; here it is bytes. */
export interface Credential {
  /** For example `password-verifier`, `rabbitmq-sha256`, `scram-sha-256`, `access-key`. */
  readonly kind: string;
  /** Tells several of a kind apart, an access key's public half for example; empty where there is one per user. */
  readonly id: string;
  readonly secret: Uint8Array;
}

/** The users of all dialects. */
export class Users {
  readonly #effects: MetadataEffects;
  readonly #all = new Map<string, User>();
  /** Users by the credentials that have an id. */
  readonly #byCredential = new Map<string, string>();

  constructor(effects: MetadataEffects) {
    this.#effects = effects;
  }

  get(name: string): User | undefined {
    return this.#all.get(name);
  }

  all(): Iterable<User> {
    return this.#all.values();
  }

  /** The user who has a credential of that kind and id: how an access key finds its owner. */
  findByCredential(kind: string, id: string): User | undefined {
    const name = this.#byCredential.get(credentialKey(kind, id));
    return name === undefined ? undefined : this.#all.get(name);
  }

  /**
   * Creates a user, or replaces tags and credentials. True when it is new.
   * @throws BrokerError `invalid-name` for the empty one, `exists` when another user has one of the credentials
   */
  put(name: string, tags: readonly string[], credentials: readonly Credential[]): boolean {
    if (name === '') throw new BrokerError('invalid-name', 'a user has a name');
    for (const { kind, id } of credentials) {
      const owner = id === '' ? undefined : this.findByCredential(kind, id);
      if (owner !== undefined && owner.name !== name) {
        throw new BrokerError('exists', `another user has the ${kind} '${id}'`);
      }
    }
    const isNew = !this.#all.has(name);
    this.#replace({ name, tags, credentials });
    this.#effects.put(userKey(name), encode(tags, credentials));
    return isNew;
  }

  /** False when there is none of that name. What the user may do is not known here and outlives it. */
  delete(name: string): boolean {
    if (!this.#forget(name)) return false;
    this.#effects.remove(userKey(name));
    return true;
  }

  /**
   * Takes one entry of the store; false when it is not of this kind.
   * @throws RangeError when the value is of a newer format or damaged
   */
  restore(key: string, value: Uint8Array): boolean {
    if (!key.startsWith('u/')) return false;
    const [name] = keyNames(key);
    const reader = new ValueReader(value);
    if (reader.byte() !== FORMAT) throw new RangeError(`stored user of an unknown format: ${name}`);
    const tags = Array.from({ length: reader.unsigned() }, () => reader.text());
    const credentials = Array.from({ length: reader.unsigned() }, () => {
      return { kind: reader.text(), id: reader.text(), secret: reader.bytes() };
    });
    reader.end();
    this.#replace({ name, tags, credentials });
    return true;
  }

  #replace(user: User): void {
    this.#forget(user.name);
    this.#all.set(user.name, user);
    for (const { kind, id } of user.credentials) {
      if (id !== '') this.#byCredential.set(credentialKey(kind, id), user.name);
    }
  }

  #forget(name: string): boolean {
    for (const { kind, id } of this.#all.get(name)?.credentials ?? []) {
      this.#byCredential.delete(credentialKey(kind, id));
    }
    return this.#all.delete(name);
  }
}

function encode(tags: readonly string[], credentials: readonly Credential[]): Uint8Array {
  const writer = new ValueWriter().byte(FORMAT).unsigned(tags.length);
  for (const tag of tags) writer.text(tag);
  writer.unsigned(credentials.length);
  for (const { kind, id, secret } of credentials) writer.text(kind).text(id).bytes(secret);
  return writer.finish();
}

function userKey(name: string): string {
  return `u/${keyPart(name)}`;
}

function credentialKey(kind: string, id: string): string {
  return `${keyPart(kind)}/${id}`;
}
