import { request as requestHttp, Agent as HttpAgent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps, Agent as HttpsAgent } from 'node:https';

/** What became of a post. `refused`: the endpoint will not take it however often it is sent. */
export type PostOutcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

const timeoutMs = 15_000;

/** Posts to endpoints, over connections that are kept for the next one. */
export class Poster {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });
  readonly #open = new Set<ClientRequest>();
  #closed = false;

  /** Never rejects. A 2xx is an acceptance, a 4xx but 429 a refusal; any other answer, none within 15 seconds, and no connection are failures. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<PostOutcome> {
    if (this.#closed) return Promise.resolve({ kind: 'failed', reason: 'the broker stops' });
    return this.#send(url, headers, body).catch((error: unknown) => ({ kind: 'failed', reason: String(error) }));
  }

  #send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<PostOutcome> {
    return new Promise((resolve) => {
      const { username, password, protocol } = new URL(url);
      const secure = protocol === 'https:';
      const options = {
        method: 'POST',
        agent: secure ? this.#https : this.#http,
        headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
        timeout: timeoutMs,
        ...(username === '' ? {} : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
      };
      const request = secure ? requestHttps(url, options) : requestHttp(url, options);
      this.#open.add(request);
      const settle = (outcome: PostOutcome): void => {
        clearTimeout(limit);
        this.#open.delete(request);
        resolve(outcome);
      };
      // The socket's own timeout begins anew with every byte.
      const limit = setTimeout(() => request.destroy(new Error('no answer within 15 seconds')), timeoutMs);
      request.on('response', (response) => {
        response.resume();
        response.on('error', () => {});
        settle(outcomeOf(response));
      });
      request.on('timeout', () => request.destroy(new Error('no answer within 15 seconds')));
      request.on('error', (error) => settle({ kind: 'failed', reason: error.message }));
      request.end(body);
    });
  }

  close(): void {
    this.#closed = true;
    for (const request of this.#open) request.destroy();
    this.#http.destroy();
    this.#https.destroy();
  }
}

function outcomeOf({ statusCode = 0 }: IncomingMessage): PostOutcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'taken' };
  const kind = statusCode >= 400 && statusCode < 500 && statusCode !== 429 ? 'refused' : 'failed';
  return { kind, reason: `status ${statusCode}` };
}
