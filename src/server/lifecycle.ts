import type { StorageEngine } from '../core/index.js';
import { Authenticator, userWithPassword } from './authenticator.js';
import { type Log, type Logger, logThrough } from './logger.js';
import { OptionError } from './option-error.js';
import { optionName, type ServerOptions } from './options.js';
import {
  type BrokerParts,
  type Front,
  type FrontKind,
  type FrontName,
  type FrontServices,
  PORT_OPTION,
  type Shell,
  type ShellServices,
} from './parts.js';
import { listenStartError, storageStartError } from './start-error.js';
import { readTlsFiles } from './tls-files.js';
import { readUsersFile } from './users-file.js';

export interface RunningFront {
  readonly name: FrontName;
  readonly label: string;
  readonly url: string;
}

export interface RunningBroker {
  /** The fronts that are open, in the order in which they were started. */
  readonly fronts: readonly RunningFront[];
  /** From the call to the moment when every front listened, ms. */
  readonly startupMs: number;
  /** Settles when the store has failed for good; the broker then refuses everything and is to be closed. */
  readonly failed: Promise<Error>;
  /** Stops accepting, settles what is under way, syncs, and lets go of the data. Later calls share the first one. */
  close(): Promise<void>;
}

/**
 * Opens the store, restores what it holds, and then lets the fronts listen: nobody is served before everything is
 * there. Rejects with {@link StartError} when the data directory or a port is not to be had; what had been started
 * until then is stopped first.
 */
export async function startBroker<S extends Shell>(
  options: ServerOptions,
  parts: BrokerParts<S>,
  logger: Logger,
): Promise<RunningBroker> {
  const beganMs = performance.now();
  const log = logThrough(logger);
  const started = new Started(log);
  try {
    const { authenticate, grants, knowsUser } = await accessFor(options);
    const services: FrontServices = { tls: await readTlsFiles(options), knowsUser };
    const engine = parts.createEngine(options, log);
    await engine.open().catch((error: unknown) => Promise.reject(storageStartError(error, options)));
    started.engine = engine;
    const shell = await parts
      .openShell(engine, options, { authenticate, grants, log })
      .catch((error: unknown) => Promise.reject(storageStartError(error, options)));
    started.shell = shell;
    const fronts: RunningFront[] = [];
    for (const kind of parts.fronts) {
      const running = await open(kind, shell, options, services, started);
      if (running !== undefined) fronts.push(running);
    }
    return {
      fronts,
      startupMs: performance.now() - beganMs,
      failed: shell.failed,
      close: () => started.stop(),
    };
  } catch (error) {
    await started.stop().catch((reason: unknown) => log('error', 'the failed start left something open', { reason }));
    throw error;
  }
}

async function open<S extends Shell>(
  kind: FrontKind<S>,
  shell: S,
  options: ServerOptions,
  services: FrontServices,
  started: Started,
): Promise<RunningFront | undefined> {
  const port = options[PORT_OPTION[kind.name]];
  if (port === 'off') return undefined;
  if (kind.secure === true && services.tls === undefined) {
    throw new OptionError(`--${optionName(PORT_OPTION[kind.name])} needs --tls-cert and --tls-key.`);
  }
  const front = kind.create(shell, options, services);
  const { url } = await front.listen(port, options.host).catch((error: unknown) => {
    throw listenStartError(error, kind.name, kind.label, options);
  });
  started.fronts.push(front);
  return { name: kind.name, label: kind.label, url };
}

/** What is open by now, and the order in which it closes: the fronts, then the core, then the store under it. */
class Started {
  engine: StorageEngine | undefined;
  shell: Shell | undefined;
  readonly fronts: Front[] = [];
  readonly #log: Log;
  #stopped: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const ends = await Promise.allSettled(this.fronts.map((front) => front.stop()));
    for (const end of ends) {
      // A front that ends badly must not keep the store from its last sync.
      if (end.status === 'rejected') this.#log('error', 'a front did not stop cleanly', { err: end.reason });
    }
    try {
      await this.shell?.close();
    } finally {
      await this.engine?.close();
    }
  }
}

async function accessFor(
  options: ServerOptions,
): Promise<Pick<ShellServices, 'authenticate' | 'grants'> & Pick<FrontServices, 'knowsUser'>> {
  const { defaultUser, defaultPassword, usersFile } = options;
  const users = [userWithPassword(defaultUser, defaultPassword)];
  const file = usersFile === undefined ? { users: [], grants: [] } : await readUsersFile(usersFile);
  // The file is the more explicit word about a user that both name.
  users.push(...file.users);
  const { authenticate, knows } = new Authenticator(users);
  return { authenticate, knowsUser: knows, grants: file.grants };
}
