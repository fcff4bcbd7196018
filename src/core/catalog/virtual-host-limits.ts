import type { Declared } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import type { Parameters } from './parameters.js';

/** RabbitMQ keeps all limits of a virtual host in one parameter of this component, by this name. */
const COMPONENT = 'vhost-limits';
const NAME = 'limits';

export const VIRTUAL_HOST_LIMITS = ['max-queues', 'max-connections'] as const;
export type VirtualHostLimit = (typeof VIRTUAL_HOST_LIMITS)[number];

/** How much a virtual host may hold. A negative limit is none. */
export class VirtualHostLimits {
  readonly #parameters: Parameters;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  /** Those that were set. */
  of(virtualHost: string): Readonly<Partial<Record<VirtualHostLimit, number>>> {
    return (this.#parameters.get(virtualHost, COMPONENT, NAME) ?? {}) as Partial<Record<VirtualHostLimit, number>>;
  }

  *all(): Iterable<{ virtualHost: string; value: Declared }> {
    for (const { virtualHost, value } of this.#parameters.all(COMPONENT))
      yield { virtualHost, value: value as Declared };
  }

  /** @throws BrokerError `invalid-argument` of field `limit` */
  set(virtualHost: string, limit: VirtualHostLimit, value: number | undefined): void {
    if (value !== undefined && !Number.isSafeInteger(value)) {
      throw new BrokerError('invalid-argument', `${limit} should be an integer`, { field: 'limit' });
    }
    const limits: Record<string, number> = { ...this.of(virtualHost) };
    if (value === undefined) delete limits[limit];
    else limits[limit] = value;
    if (Object.keys(limits).length > 0) this.#parameters.put(virtualHost, COMPONENT, NAME, limits);
    else this.#parameters.remove(virtualHost, COMPONENT, NAME);
  }

  /** Whether one more fits to `count` that are there. */
  allows(virtualHost: string, limit: VirtualHostLimit, count: number): boolean {
    const most = this.of(virtualHost)[limit];
    return most === undefined || most < 0 || count < most;
  }
}
