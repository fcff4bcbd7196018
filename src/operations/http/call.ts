import type { Declared, DeclaredValue } from '../../core/index.js';
import { has, type Right } from '../access/rights.js';
import type { AdminContext } from '../admin-context.js';
import { badRequest, notAuthorised, notFound } from './failure.js';

/** One request, its user known. */
export class Call {
  readonly context: AdminContext;
  readonly user: string;
  readonly tags: readonly string[];
  readonly query: URLSearchParams;
  readonly bytes: Buffer;
  /** Why a connection is to be closed: the header `x-reason`. */
  readonly closeReason: string | undefined;
  readonly #parameters: Readonly<Record<string, string | undefined>>;

  constructor(
    context: AdminContext,
    login: { readonly user: string; readonly tags: readonly string[] },
    parameters: Readonly<Record<string, string | undefined>>,
    query: URLSearchParams,
    bytes: Buffer,
    closeReason: string | undefined,
  ) {
    this.context = context;
    this.user = login.user;
    this.tags = login.tags;
    this.query = query;
    this.bytes = bytes;
    this.closeReason = closeReason;
    this.#parameters = parameters;
  }

  /** A part of the path, decoded. */
  parameter(name: string): string {
    const value = this.#parameters[name];
    if (value === undefined) throw new Error(`the path has no parameter ${name}`);
    return value;
  }

  has(right: Right): boolean {
    return has(this.tags, right);
  }

  /**
   * The path's virtual host, which the user must be allowed to enter.
   * @throws Failure 404 where there is none, 401 where it is not for them
   */
  virtualHost(): string {
    const name = this.parameter('vhost');
    const { broker } = this.context.host;
    if (!broker.hasVirtualHost(name)) throw notFound();
    if (!broker.mayEnter(this.user, name)) throw notAuthorised('User not authorised to access virtual host');
    return name;
  }

  /** Those that the user may look into, or the one that the path names. */
  virtualHosts(): readonly string[] {
    if (this.#parameters['vhost'] !== undefined) return [this.virtualHost()];
    const { broker } = this.context.host;
    return broker.virtualHosts().filter((name) => broker.mayEnter(this.user, name));
  }

  /** The body as a JSON object; an empty body is an empty one. @throws Failure 400 */
  body(): Declared {
    const value = this.json();
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest('not_json');
    return value as Declared;
  }

  json(): DeclaredValue | undefined {
    const text = this.bytes.toString('utf8');
    if (text.trim() === '') return undefined;
    try {
      return JSON.parse(text) as DeclaredValue;
    } catch {
      throw badRequest('not_json');
    }
  }
}
