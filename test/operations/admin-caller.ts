import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningCommand } from '../house/running-command.js';

export interface AdminAnswer {
  readonly status: number;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
  readonly headers: Headers;
}

/** A user of an admin API. */
export class AdminCaller {
  readonly url: string;
  readonly #authorization: string;

  constructor(url: string, user = 'guest', password = 'guest') {
    this.url = url;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  as(user: string, password: string): AdminCaller {
    return new AdminCaller(this.url, user, password);
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<AdminAnswer> {
    const response = await fetch(`${this.url}/api/${path}`, {
      method,
      headers: { authorization: this.#authorization, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
  }

  async status(method: string, path: string, body?: unknown): Promise<number> {
    return (await this.call(method, path, body)).status;
  }

  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.call('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body as T;
  }
}

/** A broker of our own with an admin API and an empty data directory. */
export class AdministeredBroker {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'rosettamq-admin-'));
  #command: RunningCommand | undefined;

  async start(): Promise<this> {
    const ports = ['--amqp-port', '0', '--kafka-port', '0', '--sqs-port', '0', '--admin-port', '0'];
    const args = ['dist/cli/main.js', '--data-dir', this.dataDir, ...ports];
    this.#command = await new RunningCommand(process.execPath, args).ready();
    return this;
  }

  get command(): RunningCommand {
    return this.#command!;
  }

  get admin(): AdminCaller {
    return new AdminCaller(this.url('Admin'));
  }

  /** Of the front whose label begins so. */
  url(label: string): string {
    return this.command.url(label);
  }

  async restart(): Promise<void> {
    await this.command.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.command.stop();
    rmSync(this.dataDir, { recursive: true });
  }
}
