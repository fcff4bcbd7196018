import type { Ledger } from './report/ledger.js';

/** What the command line asks for. */
export interface RunSettings {
  readonly quick: boolean;
  readonly rounds: number;
  /** Length of one throughput or latency run. */
  readonly runMs: number;
  /** How long each turn may wait for the machine to become quiet; 0 does not wait. */
  readonly quietWithinMs: number;
  /** Only these shapes, in lower case, with or without the name of their suite; all when it is empty. */
  readonly only: readonly string[];
  /** Messages in the memory suite's queue, when the command line says how many. */
  readonly backlog: number | undefined;
  /** Holds the data of the broker and the peers, and the disk loop's file: all on one disk. */
  readonly dataRoot: string;
  /** Where the broker leaves its processor profiles, if it is to make them. */
  readonly profileFolder: string | undefined;
}

/** One part of the benchmark, with the name that the command line knows. */
export interface Suite {
  readonly name: string;
  run(settings: RunSettings, ledger: Ledger): Promise<void>;
}

/** Tells whether a shape was asked for. */
export function selected(settings: RunSettings, shape: string): boolean {
  const name = shape.toLowerCase();
  return settings.only.length === 0 || settings.only.some((asked) => name === asked || name.endsWith(` ${asked}`));
}
