import type { Caller } from './actions/call.js';
import type { HttpExchange, HttpRequest } from './http/http-exchange.js';
import { headerOf } from './http/request-head.js';
import { originOf } from './queue/queue-url.js';

/** What an action may ask about a request, looked up only when it does. */
export class HttpCaller implements Caller {
  readonly #exchange: HttpExchange;
  readonly #defaultRegion: string;

  constructor(exchange: HttpExchange, defaultRegion: string) {
    this.#exchange = exchange;
    this.#defaultRegion = defaultRegion;
  }

  get origin(): string {
    return originOf(this.#exchange.request);
  }

  get region(): string {
    return credentialScopeOf(this.#exchange.request)?.region ?? this.#defaultRegion;
  }

  get account(): string | undefined {
    const key = credentialScopeOf(this.#exchange.request)?.key;
    return key !== undefined && /^[0-9]{12}$/.test(key) ? key : undefined;
  }

  get trace(): string | undefined {
    return headerOf(this.#exchange.request.headers, 'x-amzn-trace-id');
  }

  get abandoned(): boolean {
    return this.#exchange.abandoned;
  }

  whenAbandoned(listener: () => void): void {
    this.#exchange.whenAbandoned(listener);
  }
}

/** What a request says that it is signed by and for, whether that is true or not: `<key>/<date>/<region>/<service>/aws4_request`. */
export function credentialScopeOf({ headers, target }: HttpRequest): Scope | undefined {
  const signed = headerOf(headers, 'authorization') ?? target;
  const scope = credentialScope.exec(signed);
  return scope === null ? undefined : { key: scope[1], region: scope[2], service: scope[3] };
}

interface Scope {
  readonly key: string;
  readonly region: string;
  readonly service: string;
}

const credentialScope =
  /Credential=([^/,\s&%]+)(?:\/|%2F)[0-9]{8}(?:\/|%2F)([a-z0-9-]{1,40})(?:\/|%2F)([a-z0-9-]{1,40})(?:\/|%2F)/i;
