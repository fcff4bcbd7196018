/** In flight at once, from which on a tenant may be noisy (SQS, "Amazon SQS fair queues"). */
const NOISY_IN_FLIGHT = 30;
/** Part of all that is in flight, or of recent processing time, above which it is. */
const NOISY_PART = 0.1;
/** Processing time counts for this long, ms, and for as long again with what came before. */
const RECENT_MS = 60_000;
/** Messages of noisy tenants that stand aside at once; behind them nobody looks for quieter ones. */
const ASIDE_LIMIT = 20_000;
/** Of these, how many one turn may add. */
const ASIDE_PER_TURN = 1_000;

interface Tenant {
  inFlight: number;
  /** For how long its messages were in flight, ms, of those that were settled recently and before. */
  recentMs: number;
  earlierMs: number;
  /** Its ready messages that stand aside. */
  readonly aside: Set<number>;
}

interface Hold {
  readonly tenant: Tenant | undefined;
  readonly sinceMs: number;
}

/**
 * Whose messages a queue without group order has in flight, where messages name their groups: SQS calls a group a tenant then. While one tenant is noisy,
 * its ready messages stand aside and those of the others go first. A message without a group is a tenant of its own.
 */
export class Tenants {
  readonly #tenants = new Map<string, Tenant>();
  readonly #holds = new Map<number, Hold>();
  readonly #asideOf = new Map<number, Tenant>();
  #recentMs = 0;
  #earlierMs = 0;
  #turnsMs: number;
  #room = ASIDE_PER_TURN;

  constructor(nowMs: number) {
    this.#turnsMs = nowMs + RECENT_MS;
  }

  /** A turn of handing out begins. */
  beginTurn(nowMs: number): void {
    this.#room = ASIDE_PER_TURN;
    if (nowMs >= this.#turnsMs) this.#forget(nowMs);
  }

  /** No more may stand aside in this turn: those who do go first. */
  get full(): boolean {
    return this.#asideOf.size > 0 && (this.#room === 0 || this.#asideOf.size >= ASIDE_LIMIT);
  }

  /** Is the tenant noisy, with `inFlight` messages of the queue held in all? */
  isNoisy(name: string, inFlight: number): boolean {
    const tenant = this.#tenants.get(name);
    return tenant !== undefined && this.#isNoisy(tenant, inFlight);
  }

  /** A ready message of a noisy tenant stands aside from now on. */
  putAside(name: string, seq: number): void {
    const tenant = this.#tenants.get(name)!;
    tenant.aside.add(seq);
    this.#asideOf.set(seq, tenant);
    this.#room--;
  }

  /** The message does not stand aside any more. */
  takeBack(seq: number): void {
    if (this.#asideOf.size === 0) return;
    const tenant = this.#asideOf.get(seq);
    if (tenant === undefined) return;
    this.#asideOf.delete(seq);
    tenant.aside.delete(seq);
  }

  /** What stands aside of tenants that are not noisy any more; it does no longer. */
  *quietAgain(inFlight: number): Iterable<number> {
    if (this.#asideOf.size === 0) return;
    for (const tenant of this.#tenants.values()) {
      if (tenant.aside.size === 0 || this.#isNoisy(tenant, inFlight)) continue;
      for (const seq of tenant.aside) {
        this.#asideOf.delete(seq);
        yield seq;
      }
      tenant.aside.clear();
    }
  }

  held(seq: number, name: string | undefined, nowMs: number): void {
    let tenant: Tenant | undefined;
    if (name !== undefined) {
      tenant = this.#tenants.get(name);
      if (tenant === undefined) {
        tenant = { inFlight: 0, recentMs: 0, earlierMs: 0, aside: new Set() };
        this.#tenants.set(name, tenant);
      }
      tenant.inFlight++;
    }
    this.#holds.set(seq, { tenant, sinceMs: nowMs });
  }

  /** The message is not held any more. One that was held before a restart is not known. */
  letGo(seq: number, nowMs: number): void {
    const hold = this.#holds.get(seq);
    if (hold === undefined) return;
    this.#holds.delete(seq);
    const ms = nowMs - hold.sinceMs;
    this.#recentMs += ms;
    if (hold.tenant === undefined) return;
    hold.tenant.inFlight--;
    hold.tenant.recentMs += ms;
  }

  #isNoisy({ inFlight, recentMs, earlierMs }: Tenant, all: number): boolean {
    if (inFlight >= NOISY_IN_FLIGHT && inFlight > all * NOISY_PART) return true;
    return inFlight > 0 && recentMs + earlierMs > (this.#recentMs + this.#earlierMs) * NOISY_PART;
  }

  #forget(nowMs: number): void {
    const longAgo = nowMs >= this.#turnsMs + RECENT_MS;
    this.#earlierMs = longAgo ? 0 : this.#recentMs;
    this.#recentMs = 0;
    for (const [name, tenant] of this.#tenants) {
      tenant.earlierMs = longAgo ? 0 : tenant.recentMs;
      tenant.recentMs = 0;
      if (tenant.inFlight === 0 && tenant.earlierMs === 0 && tenant.aside.size === 0) this.#tenants.delete(name);
    }
    this.#turnsMs = nowMs + RECENT_MS;
  }
}
