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

  /** From the credential scope that the request is signed with: `<key>/<date>/<region>/sqs/aws4_request`. */
  get region(): string {
    const { headers, target } = this.#exchange.request;
    const signed = headerOf(headers, 'authorization') ?? target;
    const scope = /Credential=[^/,\s&]+(?:\/|%2F)[0-9]{8}(?:\/|%2F)([a-z0-9-]{1,40})(?:\/|%2F)/i.exec(signed);
    return scope?.[1] ?? this.#defaultRegion;
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
