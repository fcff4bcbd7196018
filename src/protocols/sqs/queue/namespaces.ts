/** Whether accounts and regions have queues of their own. */
export type Separation = 'shared' | 'regions' | 'accounts' | 'accounts-and-regions';

/** Whom a request comes from, as its signature says. */
export interface Origin {
  /** The region that it is signed for. */
  readonly region: string;
  /** The account that its access key stands for: a key of twelve digits is one; undefined: any other key. */
  readonly account: string | undefined;
}

/**
 * Where queues are looked up. All accounts and regions share one virtual host unless they are kept apart; then each has one of its own, made with its
 * first queue. The default account and region stay where they are, so that other dialects find their queues in the usual place.
 */
export class Namespaces {
  readonly #separation: Separation;
  readonly #virtualHost: string;
  /** Twelve digits, the owner of queues whose request does not say another. */
  readonly defaultAccount: string;
  readonly defaultRegion: string;

  constructor(separation: Separation, virtualHost: string, defaultAccount: string, defaultRegion: string) {
    this.#separation = separation;
    this.#virtualHost = virtualHost;
    this.defaultAccount = defaultAccount;
    this.defaultRegion = defaultRegion;
  }

  get byAccount(): boolean {
    return this.#separation === 'accounts' || this.#separation === 'accounts-and-regions';
  }

  get byRegion(): boolean {
    return this.#separation === 'regions' || this.#separation === 'accounts-and-regions';
  }

  /** The account whose queues a request means; `named`: one that it names itself, in a queue's URL for example. */
  accountOf(origin: Origin, named?: string): string {
    if (!this.byAccount) return this.defaultAccount;
    return named ?? origin.account ?? this.defaultAccount;
  }

  /** The virtual host of the queues that a request means. */
  virtualHostOf(origin: Origin, named?: string): string {
    if (this.#separation === 'shared') return this.#virtualHost;
    const account = this.accountOf(origin, named);
    const region = this.byRegion ? origin.region : this.defaultRegion;
    const parts = ['sqs'];
    if (account !== this.defaultAccount) parts.push(account);
    if (region !== this.defaultRegion) parts.push(region);
    return parts.length === 1 ? this.#virtualHost : parts.join('-');
  }
}
