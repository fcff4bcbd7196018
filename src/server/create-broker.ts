import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parts } from './compose.js';
import { type RunningBroker, startBroker } from './lifecycle.js';
import { type Logger, silentLogger } from './logger.js';
import type { ServerOptions } from './options.js';
import type { FrontName } from './parts.js';
import { checkOptions } from './resolve-options.js';

/** The command's options by their camel-case names, all optional, and what only a program can pass. */
export type BrokerOptions = {
  readonly [K in Exclude<keyof ServerOptions, 'logLevel' | 'logFormat'>]?: ServerOptions[K];
} & {
  /** Keep the data in a new folder under the system's temporary one, and remove it on close. */
  readonly temporary?: boolean;
  /** Any logger of pino's shape. Without one nothing is logged. */
  readonly logger?: Logger;
};

/** A broker inside this process. */
export interface EmbeddedBroker {
  /** Where each open front listens, for example `amqp://127.0.0.1:5672`. */
  readonly urls: { readonly [K in FrontName]?: string };
  /** The port of each open front. */
  readonly ports: { readonly [K in FrontName]?: number };
  /** Settles when the store has failed for good: nothing that is sent from then on is confirmed. Never rejects. */
  readonly failed: Promise<Error>;
  /** Stops accepting, settles what is under way, syncs, and lets go of the data. May be called more than once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a broker in this process; resolves when all its fronts accept connections. Reads no environment variables
 * and no config file, and installs no signal handlers: those belong to the program.
 *
 * Rejects with OptionError for an option that is not valid, with StartError when the data directory or a port is not
 * to be had.
 */
export async function createBroker(options: BrokerOptions = {}): Promise<EmbeddedBroker> {
  const { temporary = false, logger = silentLogger, ...given } = options;
  const checked = checkOptions(given);
  if (!temporary) return embedded(await startBroker(checked, parts, logger), async () => {});
  const dataDir = await mkdtemp(join(tmpdir(), 'rosettamq-'));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    return embedded(await startBroker({ ...checked, dataDir }, parts, logger), remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

function embedded(broker: RunningBroker, afterwards: () => Promise<void>): EmbeddedBroker {
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeAnd(broker, afterwards);
    return closed;
  };
  // whether it ended well is told to whoever closes it
  void broker.stopAsked.then(close).catch(() => {});
  const urls = Object.fromEntries(broker.fronts.map(({ name, url }) => [name, url]));
  const ports = Object.fromEntries(broker.fronts.map(({ name, url }) => [name, portOf(url)]));
  return { urls, ports, failed: broker.failed, close, [Symbol.asyncDispose]: close };
}

async function closeAnd(broker: RunningBroker, afterwards: () => Promise<void>): Promise<void> {
  try {
    await broker.close();
  } finally {
    await afterwards();
  }
}

/** URL's own parser drops the default port of a scheme, so it is read from the text. */
function portOf(url: string): number {
  return Number(/:(\d+)(?:\/|$)/.exec(url)![1]);
}
