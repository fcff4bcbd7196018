import { CtlError, EXIT } from './ctl-error.js';

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
}

export interface AdminAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The admin API from outside. */
export class AdminClient {
  readonly address: AdminAddress;

  constructor(address: AdminAddress) {
    this.address = address;
  }

  /** Whatever it answers. @throws CtlError 69 when nobody answers */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const { url, user, password } = this.address;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/api/${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new CtlError(EXIT.unavailable, `unable to reach the admin API at ${url}: ${(cause as Error).message}`);
    }
    return { status: response.status, body: text === '' ? undefined : parsed(text) };
  }

  /** The body of a success. `refusals` are the texts and codes of statuses that mean something to the caller. */
  async expect(
    method: string,
    path: string,
    body?: unknown,
    refusals: Readonly<Record<number, CtlError>> = {},
    headers: Record<string, string> = {},
  ): Promise<unknown> {
    const answer = await this.ask(method, path, body, headers);
    if (answer.status < 300) return answer.body;
    throw refusals[answer.status] ?? refusal(answer, this.address);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function refusal({ status, body }: Answer, { url, user }: AdminAddress): CtlError {
  const { reason } = Object(body) as { reason?: unknown };
  if (status === 401) {
    return new CtlError(EXIT.unavailable, `${user} may not do that at ${url}: ${String(reason)}`);
  }
  const text = typeof reason === 'string' ? reason : JSON.stringify(reason ?? `status ${status}`);
  return new CtlError(status >= 500 ? EXIT.software : EXIT.unavailable, text);
}
