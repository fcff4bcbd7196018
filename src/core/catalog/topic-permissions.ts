import type { Declared } from '../broker.js';
import type { Operation } from './permission-rule.js';
import { matcherOf } from './permission-rule.js';
import type { Parameters } from './parameters.js';

/** They are kept as parameters of this component: by user, then by exchange. */
const COMPONENT = 'topic_permission';

export interface TopicPermission {
  readonly virtualHost: string;
  readonly user: string;
  readonly exchange: string;
  /** Regular expressions over routing keys. */
  readonly write: string;
  readonly read: string;
}

type Stored = Readonly<Record<string, { readonly write: string; readonly read: string }>>;

/** RabbitMQ's topic permissions: what a user may publish and bind on a topic exchange. Without one, everything. */
export class TopicPermissions {
  readonly #parameters: Parameters;
  readonly #matchers = new Map<string, (routingKey: string) => boolean>();

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  *all(): Iterable<TopicPermission> {
    for (const { virtualHost, name: user, value } of this.#parameters.all(COMPONENT)) {
      for (const [exchange, { write, read }] of Object.entries(value as unknown as Stored)) {
        yield { virtualHost, user, exchange, write, read };
      }
    }
  }

  /** @throws BrokerError `invalid-argument` of field `pattern` */
  put({ virtualHost, user, exchange, write, read }: TopicPermission): boolean {
    this.#matcher(write);
    this.#matcher(read);
    const stored = this.#of(user, virtualHost);
    this.#parameters.put(virtualHost, COMPONENT, user, { ...stored, [exchange]: { write, read } } as Declared);
    return stored[exchange] === undefined;
  }

  /** All of a user in a virtual host, or those of one exchange. False when there was nothing. */
  remove(user: string, virtualHost: string, exchange?: string): boolean {
    const stored = this.#of(user, virtualHost);
    if (exchange !== undefined && stored[exchange] === undefined) return false;
    const left = Object.entries(stored).filter(([name]) => exchange !== undefined && name !== exchange);
    if (left.length === 0) return this.#parameters.remove(virtualHost, COMPONENT, user);
    this.#parameters.put(virtualHost, COMPONENT, user, Object.fromEntries(left) as Declared);
    return true;
  }

  removeUser(user: string): void {
    for (const permission of [...this.all()]) if (permission.user === user) this.remove(user, permission.virtualHost);
  }

  allowed(
    user: string,
    virtualHost: string,
    exchange: string,
    operation: Exclude<Operation, 'configure'>,
    routingKey: string,
  ): boolean {
    const permission = this.#of(user, virtualHost)[exchange];
    return permission === undefined || this.#matcher(permission[operation])(routingKey);
  }

  #of(user: string, virtualHost: string): Stored {
    return (this.#parameters.get(virtualHost, COMPONENT, user) ?? {}) as unknown as Stored;
  }

  #matcher(pattern: string): (routingKey: string) => boolean {
    let matcher = this.#matchers.get(pattern);
    if (matcher === undefined) {
      matcher = matcherOf({ kind: 'topic', operation: 'any', match: 'regex', pattern, effect: 'allow' });
      this.#matchers.set(pattern, matcher);
    }
    return matcher;
  }
}
