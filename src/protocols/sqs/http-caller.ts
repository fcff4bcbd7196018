import type { Caller } from './actions/call.js';
import type { HttpExchange } from './http/http-exchange.js';
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
    return this.#scope()?.[2] ?? this.#defaultRegion;
  }

  get account(): string | undefined {
    const key = this.#scope()?.[1];
    return key !== undefined && /^[0-9]{12}$/.test(key) ? key : undefined;
  }

  /** Key and region of the credential scope that the request is signed with: `<key>/<date>/<region>/sqs/aws4_request`. */
  #scope(): RegExpExecArray | null {
    const { headers, target } = this.#exchange.request;
    const signed = headerOf(headers, 'authorization') ?? target;
    return /Credential=([^/,\s&%]+)(?:\/|%2F)[0-9]{8}(?:\/|%2F)([a-z0-9-]{1,40})(?:\/|%2F)/i.exec(signed);
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
