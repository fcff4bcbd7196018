import type { Declared } from '../broker.js';
import type { Operation } from './permission-rule.js';
import { matcherOf } from './permission-rule.js';
import type { Parameters } from './parameters.js';

/** They are kept as parameters of this component: by user, then by exchange. */
export const TOPIC_PERMISSION = 'topic_permission';

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
  #version = 0;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  /** Goes up with every change: what was allowed may be refused now. */
  get version(): number {
    return this.#version;
  }

  *all(): Iterable<TopicPermission> {
    for (const { virtualHost, name: user, value } of this.#parameters.all(TOPIC_PERMISSION)) {
      for (const [exchange, { write, read }] of Object.entries(value as unknown as Stored)) {
        yield { virtualHost, user, exchange, write, read };
      }
    }
  }

  /** @throws BrokerError `invalid-argument` of field `pattern` */
  put({ virtualHost, user, exchange, write, read }: TopicPermission): boolean {
    this.#matcher(write);
    this.#matcher(read);
    this.#version++;
    const stored = this.#of(user, virtualHost);
    this.#parameters.put(virtualHost, TOPIC_PERMISSION, user, { ...stored, [exchange]: { write, read } } as Declared);
    return stored[exchange] === undefined;
  }

  /** All of a user in a virtual host, or those of one exchange. False when there was nothing. */
  remove(user: string, virtualHost: string, exchange?: string): boolean {
    const stored = this.#of(user, virtualHost);
    if (exchange !== undefined && stored[exchange] === undefined) return false;
    this.#version++;
    const left = Object.entries(stored).filter(([name]) => exchange !== undefined && name !== exchange);
    if (left.length === 0) return this.#parameters.remove(virtualHost, TOPIC_PERMISSION, user);
    this.#parameters.put(virtualHost, TOPIC_PERMISSION, user, Object.fromEntries(left) as Declared);
    return true;
  }

  removeUser(user: string): void {
    for (const permission of [...this.all()]) if (permission.user === user) this.remove(user, permission.virtualHost);
  }

  /** In a pattern `{username}` and `{vhost}` stand for those. */
  allowed(
    user: string,
    virtualHost: string,
    exchange: string,
    operation: Exclude<Operation, 'configure'>,
    routingKey: string,
  ): boolean {
    const permission = this.#of(user, virtualHost)[exchange];
    if (permission === undefined) return true;
    const pattern = permission[operation]
      .replaceAll('{username}', () => literally(user))
      .replaceAll('{vhost}', () => literally(virtualHost));
    return this.#matcher(pattern)(routingKey);
  }

  #of(user: string, virtualHost: string): Stored {
    return (this.#parameters.get(virtualHost, TOPIC_PERMISSION, user) ?? {}) as unknown as Stored;
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

/** As a regular expression that matches just this. */
function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
