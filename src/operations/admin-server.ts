import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import findMyWay from 'find-my-way';
import { basicCredentials } from './access/basic-credentials.js';
import { assertRight } from './access/rights.js';
import type { AdminContext } from './admin-context.js';
import { allRoutes } from './all-routes.js';
import { Call } from './http/call.js';
import { Failure, failureOf, notFound } from './http/failure.js';
import { readBody } from './http/read-body.js';
import type { Reply } from './http/reply.js';
import type { Route } from './http/route.js';

/** As RabbitMQ's says it, so that browsers and tools ask for the same thing. */
const REALM = 'Basic realm="RabbitMQ Management"';
/** Names are 255 bytes at most, percent-encoded three times that, and some paths carry routing keys twice encoded. */
const LONGEST_PARAMETER = 8192;

/** So long an answer that is under way may take when the broker stops. */
const STOP_GRACE_MS = 1000;

type Router = findMyWay.Instance<findMyWay.HTTPVersion.V1>;

/** RabbitMQ's management API over HTTP. */
export class AdminServer {
  readonly #context: AdminContext;
  readonly #router: Router;
  readonly #methods = new Set<Route['method'] | 'HEAD'>();
  readonly #server: Server;

  constructor(context: AdminContext) {
    this.#context = context;
    this.#router = findMyWay({ maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: true });
    for (const route of allRoutes) this.#add(route);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  #add(route: Route): void {
    const methods: readonly (Route['method'] | 'HEAD')[] = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
    for (const method of methods) {
      this.#methods.add(method);
      this.#router.on(method, route.path, () => {}, route);
    }
  }

  /** Resolves when connections are accepted. Rejects with the system's error when it cannot listen. */
  async listen(port: number, address: string): Promise<{ readonly url: string }> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const bound = this.#server.address() as AddressInfo;
    return { url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}` };
  }

  /** Stops accepting and waits for the answers that are under way. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), STOP_GRACE_MS);
    await closed;
    clearTimeout(cut);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await this.#answer(request);
    } catch (error) {
      reply = this.#failed(error);
    }
    send(response, reply);
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    const url = new URL(`http://localhost${request.url ?? '/'}`);
    const { method } = request;
    assertSameOrigin(request);
    if (method === 'OPTIONS') return { status: 200, headers: { allow: this.#allowed(url).join(', ') } };
    const found = this.#find(method ?? '', url);
    if (found === undefined) {
      const allowed = this.#allowed(url);
      if (allowed.length > 0) return { status: 405, headers: { allow: allowed.join(', ') } };
      throw notFound();
    }
    const { route, parameters } = found;
    const login = await this.#logIn(request, route);
    const bytes = await readBody(request);
    const { host } = this.#context;
    host.enter();
    const reason = request.headers['x-reason'];
    const closeReason = Array.isArray(reason) ? reason[0] : reason;
    const reply = await route.handle(new Call(this.#context, login, parameters, url.searchParams, bytes, closeReason));
    if (route.method !== 'GET') await stable(this.#context);
    return reply;
  }

  #find(
    method: string,
    url: URL,
  ): { route: Route; parameters: Readonly<Record<string, string | undefined>> } | undefined {
    const found = this.#router.find(method as Route['method'], url.pathname);
    if (found === null) return undefined;
    return { route: found.store as Route, parameters: found.params };
  }

  #allowed(url: URL): string[] {
    const methods = [...this.#methods].filter((method) => this.#find(method, url) !== undefined);
    return methods.length === 0 ? [] : [...methods, 'OPTIONS'];
  }

  /** @throws Failure 401 */
  async #logIn(request: IncomingMessage, { needs }: Route): Promise<{ user: string; tags: readonly string[] }> {
    const { host, administration } = this.#context;
    const given = basicCredentials(request.headers.authorization);
    const name =
      given === undefined
        ? undefined
        : await host.authenticate(given.user, given.password, request.socket.remoteAddress ?? '');
    const user = name === undefined ? undefined : administration.users.get(name);
    if (user === undefined) {
      const peer = request.socket.remoteAddress;
      if (given !== undefined) host.log('warn', 'admin: login refused', { user: given.user, peer });
      throw new Failure(401, 'not_authorized', 'Login failed');
    }
    assertRight(user.tags, needs);
    return { user: user.name, tags: user.tags };
  }

  #failed(error: unknown): Reply {
    const failure = failureOf(error);
    if (failure === undefined) {
      this.#context.host.log('error', 'admin: unexpected error', { err: error });
      return { status: 500, body: { error: 'internal_server_error', reason: 'see the log' } };
    }
    const { status, error: name, reason } = failure;
    const headers = status === 401 ? { 'www-authenticate': REALM } : {};
    return { status, headers, body: { error: name, reason } };
  }
}

/**
 * A web page of another origin must not use the password that a browser knows, or the one that everybody knows.
 * @throws Failure 403
 */
function assertSameOrigin({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
  throw new Failure(403, 'forbidden', 'a page of another origin may not use the admin API');
}

/** What was changed is on stable storage. */
function stable({ host }: AdminContext): Promise<void> {
  return new Promise((resolve) => {
    host.whenStable(host.broker.flush, resolve);
  });
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(status !== 204 && { 'content-length': Buffer.byteLength(text) }),
    'cache-control': 'no-cache',
    vary: 'accept, accept-encoding, origin',
    ...headers,
  });
  response.end(text);
}
