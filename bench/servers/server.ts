import type { Contender } from '../report/ledger.js';

/** A front that a server may open. */
export type Front = 'amqp' | 'kafka' | 'sqs';

/** A server that runs as a process of its own, on loopback, with its data in a folder of its own. */
export interface Server {
  readonly contender: Contender;
  readonly pid: number;
  readonly dataFolder: string;
  /** From the start of its process to its own word that it is up. */
  readonly startedInMs: number;
  /** The loopback port of a front; throws when this server does not have it. */
  port(front: Front): number;
  /** Asks it to stop and resolves when its process has ended. */
  stop(): Promise<void>;
}

/** How to get a server of one kind. */
export interface ServerKind {
  readonly contender: Contender;
  readonly fronts: readonly Front[];
  /** Why this kind cannot be started here, or undefined when it can. */
  unavailable(): string | undefined;
  /**
   * Starts one. The folder may hold the data of an earlier one of the same kind, which is then recovered.
   *
   * @param nodeArguments options for the Node process, such as `--cpu-prof`; kinds that are no Node process ignore them
   */
  start(dataFolder: string, nodeArguments?: readonly string[]): Promise<Server>;
}
