import { createServer } from 'node:net';
import { type Ended, RunningCommand } from '../house/running-command.js';

const COMMAND = 'dist/cli/main.js';

/** One port per front, the same in every life of a broker, so that clients can come back to it. */
export interface Ports {
  readonly amqp: number;
  readonly kafka: number;
  readonly sqs: number;
}

export interface Urls {
  readonly amqp: string;
  /** host:port */
  readonly kafka: string;
  readonly sqs: string;
}

export interface BrokerSettings {
  readonly dataDir: string;
  readonly ports: Ports;
  /** For node itself, before the command's file. */
  readonly nodeArgs?: readonly string[];
  readonly storage?: string;
}

/** A broker of our own in a process of its own, to be ended in any way. */
export class CrashableBroker {
  readonly urls: Urls;
  readonly #command: RunningCommand;

  private constructor(command: RunningCommand, ports: Ports) {
    this.#command = command;
    this.urls = {
      amqp: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
      kafka: `127.0.0.1:${ports.kafka}`,
      sqs: `http://127.0.0.1:${ports.sqs}`,
    };
  }

  /** Begins to start; see {@link ready}. */
  static spawn({ dataDir, ports, nodeArgs = [], storage = 'segment-log' }: BrokerSettings): CrashableBroker {
    const command = new RunningCommand(process.execPath, [
      ...nodeArgs,
      COMMAND,
      '--data-dir',
      dataDir,
      '--storage',
      storage,
      '--amqp-port',
      String(ports.amqp),
      '--kafka-port',
      String(ports.kafka),
      '--sqs-port',
      String(ports.sqs),
      '--admin-port',
      'off',
      '--log-format',
      'json',
    ]);
    return new CrashableBroker(command, ports);
  }

  /** Resolves when it accepts connections; rejects with all it said when it does not come up. */
  async ready(): Promise<this> {
    await this.#command.ready();
    return this;
  }

  get ended(): Promise<Ended> {
    return this.#command.ended;
  }

  /** What it logged, as text. */
  get log(): string {
    return this.#command.output().stderr;
  }

  /** SIGKILL: nothing in the process runs any more. */
  kill(): Promise<Ended> {
    return this.#command.stop('SIGKILL');
  }

  /** SIGTERM: resolves when it has ended in its own time. */
  stop(): Promise<Ended> {
    return this.#command.stop('SIGTERM');
  }
}

/** Three ports that nobody listens on. */
export async function freePorts(): Promise<Ports> {
  const servers = [createServer(), createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    ports.push((server.address() as { port: number }).port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return { amqp: ports[0], kafka: ports[1], sqs: ports[2] };
}
