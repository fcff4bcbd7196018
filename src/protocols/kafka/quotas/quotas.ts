import type { SettingsStore } from '../security/settings-store.js';
import { candidates, entityOfKey, keyOf, type QuotaEntity } from './quota-entity.js';
import { RateMeter } from './rate-meter.js';

const SPACE = 'kafka.quota';

/** What is counted: bytes sent and fetched, ms of work, topics and partitions that are made and deleted. */
export type QuotaKind = 'produce' | 'fetch' | 'request' | 'mutation';

interface QuotaKey {
  readonly kind: QuotaKind;
  /** By the key's unit, the amount that is counted per second. */
  readonly perSecond: (value: number) => number;
}

/** The quotas that Kafka knows, by the names that the admin API has for them. */
const KEYS: Readonly<Record<string, QuotaKey>> = {
  producer_byte_rate: { kind: 'produce', perSecond: (value) => value },
  consumer_byte_rate: { kind: 'fetch', perSecond: (value) => value },
  // 100 % is all the time of one thread; there is one thread.
  request_percentage: { kind: 'request', perSecond: (value) => value * 10 },
  controller_mutation_rate: { kind: 'mutation', perSecond: (value) => value },
};

const KEY_OF_KIND: Readonly<Record<QuotaKind, string>> = {
  produce: 'producer_byte_rate',
  fetch: 'consumer_byte_rate',
  request: 'request_percentage',
  mutation: 'controller_mutation_rate',
};

/** Clients that are not seen for this long are forgotten, and have their burst again. */
const IDLE_MS = 60_000;

type Values = Readonly<Record<string, number>>;

/** What a request takes, as it goes along. */
export interface QuotaCharge {
  add(kind: QuotaKind, amount: number): void;
  /** Counts what was added since the last time; how long the client is to be kept waiting for it, ms. */
  throttleMs(): number;
}

/** Quotas of users and clients, kept in the broker's store, and how much of them is used. */
export class Quotas {
  readonly #store: SettingsStore;
  readonly #clock: () => number;
  readonly #values = new Map<string, Values>();
  readonly #meters = new Map<string, { readonly meter: RateMeter; usedMs: number }>();
  #sweptMs = 0;

  /** @param clock in ms, never going back */
  constructor(store: SettingsStore, clock: () => number = () => performance.now()) {
    this.#store = store;
    this.#clock = clock;
    for (const [key, text] of store.all(SPACE)) this.#values.set(key, JSON.parse(text) as Values);
  }

  /** Nobody has a quota: there is nothing to count. */
  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  *all(): Iterable<readonly [QuotaEntity, Values]> {
    for (const [key, values] of this.#values) yield [entityOfKey(key), values];
  }

  /** What is wrong with a quota, in words for the client. */
  fault(key: string, value: number | undefined): string | undefined {
    if (!(key in KEYS)) return `Invalid quota key ${key}`;
    if (value === undefined || (Number.isFinite(value) && value > 0)) return undefined;
    return `Quota ${key} must be greater than 0`;
  }

  /** Sets quotas of an entity, or removes those whose value is undefined. */
  alter(entity: QuotaEntity, changes: ReadonlyMap<string, number | undefined>): void {
    const key = keyOf(entity);
    const values = { ...this.#values.get(key) };
    for (const [name, value] of changes) {
      if (value === undefined) delete values[name];
      else values[name] = value;
    }
    if (Object.keys(values).length === 0) {
      this.#values.delete(key);
      this.#store.remove(SPACE, key);
    } else {
      this.#values.set(key, values);
      this.#store.put(SPACE, key, JSON.stringify(values));
    }
  }

  /** Begins to count what a client takes. @param principal `User:` and a name */
  open(principal: string, clientId: string | null): QuotaCharge {
    const user = principal.slice('User:'.length);
    const taken = new Map<QuotaKind, number>();
    return {
      add: (kind, amount) => void taken.set(kind, (taken.get(kind) ?? 0) + amount),
      throttleMs: () => {
        let longestMs = 0;
        for (const [kind, amount] of taken) {
          longestMs = Math.max(longestMs, this.#take(kind, amount, user, clientId ?? ''));
        }
        taken.clear();
        return longestMs;
      },
    };
  }

  #take(kind: QuotaKind, amount: number, user: string, clientId: string): number {
    const key = KEY_OF_KIND[kind];
    for (const entity of candidates(user, clientId)) {
      const value = this.#values.get(keyOf(entity))?.[key];
      if (value === undefined) continue;
      // What the quota names is what shares it: everybody for whom a default holds has one of their own.
      const sharer = keyOf({ ...('user' in entity && { user }), ...('clientId' in entity && { clientId }) });
      return this.#meter(`${kind} ${sharer}`).take(amount, KEYS[key].perSecond(value), this.#clock());
    }
    return 0;
  }

  #meter(name: string): RateMeter {
    const nowMs = this.#clock();
    if (nowMs - this.#sweptMs > IDLE_MS) {
      this.#sweptMs = nowMs;
      for (const [each, { usedMs }] of this.#meters) if (nowMs - usedMs > IDLE_MS) this.#meters.delete(each);
    }
    let known = this.#meters.get(name);
    if (known === undefined) {
      known = { meter: new RateMeter(nowMs), usedMs: nowMs };
      this.#meters.set(name, known);
    }
    known.usedMs = nowMs;
    return known.meter;
  }
}
