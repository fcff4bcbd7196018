import type { Administration, FrontReport, Host, StorageEngine } from '../core/index.js';
import type { Authenticate } from './authenticator.js';
import type { Log } from './logger.js';
import type { ServerOptions } from './options.js';
import type { TlsFiles } from './tls-files.js';

/**
 * What a broker is put together from. {@link startBroker} knows only these shapes, so that its order of starting and
 * stopping is tested without sockets and disks; `compose.ts` names the real ones.
 */
export interface BrokerParts<S extends Shell = Shell> {
  /** The engine that the options ask for, not opened yet. It logs what it finds damaged, now and later. */
  createEngine(options: ServerOptions, log: Log): StorageEngine;
  /** Takes the shard, replays it, and returns the host that the fronts work on. */
  openShell(engine: StorageEngine, options: ServerOptions, services: ShellServices): Promise<S>;
  /** What administrators may change of it. */
  administration(shell: S): Administration;
  /** In the order in which they are started and listed. */
  readonly fronts: readonly FrontKind<S>[];
}

/** What the shell is given beside the engine. */
export interface ShellServices {
  readonly authenticate: Authenticate;
  readonly log: Log;
}

/** The core with everything around it that moves: what drives flushes, timers and reads. */
export interface Shell {
  readonly host: Host;
  /** Settles when the store has failed for good: nothing can be promised any more. Never rejects. */
  readonly failed: Promise<Error>;
  /** Flushes and syncs what is left, and lets go of the shard. The engine stays open. */
  close(): Promise<void>;
}

/** A dialect's server, or the admin API's. It may tell of its clients. */
export interface Front extends Partial<FrontReport> {
  /** Resolves when connections are accepted. Rejects with the system's error when it cannot listen. */
  listen(port: number, address: string): Promise<{ readonly url: string }>;
  /** Stops accepting, settles what is under way, ends all connections. */
  stop(): Promise<void>;
}

export interface FrontKind<S extends Shell = Shell> {
  readonly name: FrontName;
  /** As it stands in front of its URL. */
  readonly label: string;
  /** Listens with TLS, and cannot do without a certificate. */
  readonly secure?: true;
  create(shell: S, options: ServerOptions, services: FrontServices): Front;
}

/** What a front is given beside the shell. */
export interface FrontServices {
  /** There for every front that is `secure`. */
  readonly tls: TlsFiles | undefined;
  /** Is there a user of that name, however it proves to be that? */
  readonly knowsUser: (name: string) => boolean;
  /** The fronts that listen by now; it grows while others are started. */
  readonly listening: readonly { readonly name: FrontName; readonly url: string; readonly front: Front }[];
  /** Asks for a clean stop of the whole broker. */
  stop(): void;
}

export type FrontName = 'amqp' | 'amqps' | 'kafka' | 'kafkaTls' | 'sqs' | 'admin';

/** The option that says where a front listens. */
export const PORT_OPTION = {
  amqp: 'amqpPort',
  amqps: 'amqpsPort',
  kafka: 'kafkaPort',
  kafkaTls: 'kafkaTlsPort',
  sqs: 'sqsPort',
  admin: 'adminPort',
} as const satisfies Record<FrontName, keyof ServerOptions>;
