import { ValueReader, ValueWriter } from '../group/value-codec.js';
import { Grant } from './grant.js';
import { keyNames, keyPart, type MetadataEffects } from './metadata-effects.js';
import type { Operation, PermissionRule, ResourceKind } from './permission-rule.js';

/**
 * format, a count, then of each rule: text kind, text operation, text match, text pattern, text effect. Virtual host
 * and user stand in the key.
 */
const FORMAT = 1;

/** What an AMQP client calls the empty name when it asks for permissions on the default exchange. */
const DEFAULT_EXCHANGE_NAME = 'amq.default';

export interface Permission {
  readonly virtualHost: string;
  readonly user: string;
  readonly rules: readonly PermissionRule[];
}

/** Who may do what where. Users and virtual hosts that do not exist (any more) are not this class's concern. */
export class Permissions {
  readonly #effects: MetadataEffects;
  /** By virtual host, then by user. */
  readonly #grants = new Map<string, Map<string, Grant>>();
  #version = 0;

  constructor(effects: MetadataEffects) {
    this.#effects = effects;
  }

  /** Goes up with every change; whoever keeps answers compares it. */
  get version(): number {
    return this.#version;
  }

  /** Whether the user may do anything there, if only to fail. */
  mayEnter(user: string, virtualHost: string): boolean {
    return this.#grant(user, virtualHost)?.rules.some(({ effect }) => effect === 'allow') ?? false;
  }

  /**
   * Whether the user may do this to the resource of that name; the empty name is the default exchange. Without a kind
   * only rules for all kinds count.
   */
  allowed(user: string, virtualHost: string, operation: Operation, name: string, kind?: ResourceKind): boolean {
    const grant = this.#grant(user, virtualHost);
    return grant?.allows(operation, kind, name === '' ? DEFAULT_EXCHANGE_NAME : name) ?? false;
  }

  rules(user: string, virtualHost: string): readonly PermissionRule[] | undefined {
    return this.#grant(user, virtualHost)?.rules;
  }

  *all(): Iterable<Permission> {
    for (const [virtualHost, grants] of this.#grants) {
      for (const [user, { rules }] of grants) yield { virtualHost, user, rules };
    }
  }

  /**
   * Replaces all rules of a user in a virtual host.
   * @throws BrokerError `invalid-argument` of field `pattern`
   */
  put(user: string, virtualHost: string, rules: readonly PermissionRule[]): void {
    this.#set(user, virtualHost, new Grant(rules));
    this.#effects.put(permissionKey(user, virtualHost), encode(rules));
  }

  /** False when there was nothing. */
  remove(user: string, virtualHost: string): boolean {
    const grants = this.#grants.get(virtualHost);
    if (!grants?.delete(user)) return false;
    if (grants.size === 0) this.#grants.delete(virtualHost);
    this.#version++;
    this.#effects.remove(permissionKey(user, virtualHost));
    return true;
  }

  /** All that were given to a user who is deleted. */
  removeUser(user: string): void {
    for (const virtualHost of this.#grants.keys()) this.remove(user, virtualHost);
  }

  /** All that were given in a virtual host that is deleted. */
  removeVirtualHost(virtualHost: string): void {
    for (const user of this.#grants.get(virtualHost)?.keys() ?? []) this.remove(user, virtualHost);
  }

  /**
   * Takes one entry of the store; false when it is not of this kind.
   * @throws RangeError when the value is of a newer format or damaged
   */
  restore(key: string, value: Uint8Array): boolean {
    if (!key.startsWith('p/')) return false;
    const [virtualHost, user] = keyNames(key);
    this.#set(user, virtualHost, new Grant(decode(value)));
    return true;
  }

  #set(user: string, virtualHost: string, grant: Grant): void {
    const grants = this.#grants.get(virtualHost) ?? new Map<string, Grant>();
    this.#grants.set(virtualHost, grants.set(user, grant));
    this.#version++;
  }

  #grant(user: string, virtualHost: string): Grant | undefined {
    return this.#grants.get(virtualHost)?.get(user);
  }
}

function encode(rules: readonly PermissionRule[]): Uint8Array {
  const writer = new ValueWriter().byte(FORMAT).unsigned(rules.length);
  for (const { kind, operation, match, pattern, effect } of rules) {
    writer.text(kind).text(operation).text(match).text(pattern).text(effect);
  }
  return writer.finish();
}

function decode(value: Uint8Array): PermissionRule[] {
  const reader = new ValueReader(value);
  if (reader.byte() !== FORMAT) throw new RangeError('stored permission of an unknown format');
  const rules = Array.from({ length: reader.unsigned() }, () => {
    return {
      kind: oneOf(KINDS, reader.text()),
      operation: oneOf(OPERATIONS, reader.text()),
      match: oneOf(MATCHES, reader.text()),
      pattern: reader.text(),
      effect: oneOf(EFFECTS, reader.text()),
    };
  });
  reader.end();
  return rules;
}

const KINDS = ['any', 'queue', 'exchange', 'topic', 'group', 'transactional-id'] as const;
const OPERATIONS = ['any', 'configure', 'write', 'read'] as const;
const MATCHES = ['literal', 'prefix', 'regex'] as const;
const EFFECTS = ['allow', 'deny'] as const;

function oneOf<const T extends string>(words: readonly T[], text: string): T {
  const word = words.find((each) => each === text);
  if (word === undefined) throw new RangeError(`unknown word in a stored permission: ${text}`);
  return word;
}

function permissionKey(user: string, virtualHost: string): string {
  return `p/${keyPart(virtualHost)}/${keyPart(user)}`;
}
