import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { awaitQuiet } from '../machine/quiet-machine.js';
import { settleDisk } from '../machine/settle-disk.js';
import type { Ledger } from '../report/ledger.js';
import type { RunSettings } from '../suite.js';
import type { Front, Server, ServerKind } from './server.js';

/**
 * The servers that are measured in turns. Both stay up while they take turns, so that each is as warm in its last round
 * as a server that runs for days; one that failed is replaced by a new one with an empty folder, but one that does not
 * start is out.
 */
export class Contest {
  readonly #settings: RunSettings;
  readonly #ledger: Ledger;
  readonly #kinds: ServerKind[] = [];
  readonly #servers = new Map<ServerKind, Server>();
  readonly #out = new Set<ServerKind>();

  /** Takes the kinds that can be started here and have `front`; why the others cannot goes into the ledger. */
  constructor(settings: RunSettings, ledger: Ledger, front: Front, kinds: readonly ServerKind[]) {
    this.#settings = settings;
    this.#ledger = ledger;
    for (const kind of kinds) {
      if (!kind.fronts.includes(front)) continue;
      const reason = kind.unavailable();
      if (reason === undefined) this.#kinds.push(kind);
      else ledger.skip(`${kind.contender} over ${front}`, reason);
    }
  }

  /**
   * Gives every server a turn, each time in the opposite order. A turn that throws goes into the ledger as a failure
   * and costs that server its process.
   */
  async round(number: number, what: string, turn: (server: Server) => Promise<void>): Promise<void> {
    const order = number % 2 === 0 ? this.#kinds : this.#kinds.toReversed();
    for (const kind of order) {
      if (this.#out.has(kind)) continue;
      settleDisk();
      const server = await this.#server(kind);
      if (server === undefined) continue;
      await awaitQuiet(this.#settings.quietWithinMs);
      try {
        await turn(server);
      } catch (error) {
        this.#ledger.fail(`${what}, round ${number}, ${kind.contender}`, error);
        await this.#drop(kind);
      }
    }
  }

  /** Stops every server and removes its data. */
  async end(): Promise<void> {
    for (const kind of this.#kinds) await this.#drop(kind);
  }

  async #server(kind: ServerKind): Promise<Server | undefined> {
    const running = this.#servers.get(kind);
    if (running !== undefined) return running;
    try {
      const started = await kind.start(dataFolder(this.#settings, kind), profileArguments(this.#settings));
      this.#servers.set(kind, started);
      return started;
    } catch (error) {
      this.#ledger.fail(`start of ${kind.contender}`, error);
      this.#out.add(kind);
      return undefined;
    }
  }

  async #drop(kind: ServerKind): Promise<void> {
    const server = this.#servers.get(kind);
    if (server === undefined) return;
    this.#servers.delete(kind);
    try {
      await server.stop();
    } catch (error) {
      this.#ledger.fail(`stop of ${kind.contender}`, error);
    }
    rmSync(server.dataFolder, { recursive: true, force: true });
  }
}

/** A new, empty folder for the data of one server. */
export function dataFolder(settings: RunSettings, kind: ServerKind): string {
  mkdirSync(settings.dataRoot, { recursive: true });
  return mkdtempSync(join(settings.dataRoot, `${kind.contender}-`));
}

function profileArguments(settings: RunSettings): string[] {
  return settings.profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${settings.profileFolder}`];
}
