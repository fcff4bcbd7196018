import type { AdminClient } from './admin-client.js';
import type { Output } from './output.js';

/** What a verb is given. */
export interface VerbCall {
  readonly client: AdminClient;
  readonly virtualHost: string;
  readonly args: readonly string[];
  /** `--priority`, `--apply-to` and the like, without the dashes. */
  readonly flags: ReadonlyMap<string, string>;
  readonly timeoutMs: number | undefined;
  /** All of standard input, for what is too secret or too long for an argument. */
  readonly input: () => Promise<string>;
}

export interface Verb {
  readonly name: string;
  /** Behind the name, as the usage shows it. */
  readonly usage: string;
  /** How many arguments it takes. */
  readonly least: number;
  readonly most: number;
  /** Flags of its own, beside the general ones. */
  readonly flags?: readonly string[];
  /** The line that says what is about to be done; nothing with `--quiet`. */
  intro?(call: VerbCall): string;
  run(call: VerbCall): Promise<Output>;
}

/** A name as a part of a path. */
export function part(name: string): string {
  return encodeURIComponent(name);
}
