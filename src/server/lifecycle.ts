import type { StorageEngine } from '../core/index.js';
import { Authenticator, type FindLogin } from './authenticator.js';
import { loginsOf } from './find-login.js';
import { addFirstUsers } from './first-users.js';
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
} from './parts.js';
import { listenStartError, storageStartError } from './start-error.js';
import { readTlsFiles } from './tls-files.js';
import { readUsersFile, type UsersFile } from './users-file.js';

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
  /** Settles when a client that may do so asks for a clean stop. */
  readonly stopAsked: Promise<void>;
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
    const usersFile = await usersFileOf(options);
    // nobody logs in before the users are there
    let findLogin: FindLogin | undefined;
    const { authenticate } = new Authenticator((name) => findLogin!(name));
    const tls = await readTlsFiles(options);
    const engine = parts.createEngine(options, log);
    await engine.open().catch((error: unknown) => Promise.reject(storageStartError(error, options)));
    started.engine = engine;
    const shell = await parts
      .openShell(engine, options, { authenticate, log })
      .catch((error: unknown) => Promise.reject(storageStartError(error, options)));
    started.shell = shell;
    const administration = parts.administration(shell);
    findLogin = loginsOf(administration, options.passwordHashing);
    await addFirstUsers(administration, shell.host, options, usersFile, log);
    const services: FrontServices = {
      tls,
      knowsUser: (name) => administration.users.get(name) !== undefined,
      listening: started.listening,
      stop: () => started.stop(),
    };
    const fronts: RunningFront[] = [];
    for (const kind of parts.fronts) {
      const running = await open(kind, shell, options, services, started);
      if (running !== undefined) fronts.push(running);
    }
    return {
      fronts,
      startupMs: performance.now() - beganMs,
      failed: shell.failed,
      stopAsked: started.stopAsked,
      close: () => started.end(),
    };
  } catch (error) {
    await started.end().catch((reason: unknown) => log('error', 'the failed start left something open', { reason }));
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
  started.listening.push({ name: kind.name, url, front });
  return { name: kind.name, label: kind.label, url };
}

/** What is open by now, and the order in which it closes: the fronts, then the core, then the store under it. */
class Started {
  engine: StorageEngine | undefined;
  shell: Shell | undefined;
  readonly listening: { name: FrontName; url: string; front: Front }[] = [];
  readonly stopAsked: Promise<void>;
  #askToStop!: () => void;
  readonly #log: Log;
  #stopped: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
    this.stopAsked = new Promise((resolve) => {
      this.#askToStop = resolve;
    });
  }

  stop(): void {
    this.#askToStop();
  }

  end(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const ends = await Promise.allSettled(this.listening.map(({ front }) => front.stop()));
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

async function usersFileOf({ usersFile }: ServerOptions): Promise<UsersFile> {
  return usersFile === undefined ? { users: [], grants: [], accessKeys: [] } : await readUsersFile(usersFile);
}
