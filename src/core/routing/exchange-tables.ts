import type { Declared } from '../broker.js';
import { keyNames, type MetadataEffects } from '../catalog/metadata-effects.js';
import { type BindingRecord, decodeBinding, decodeExchange } from './exchange-record.js';
import { decodeNote } from './exchange-notes.js';
import { ExchangeTable, type TopologyVersion } from './exchange-table.js';
import type { QueueDestination } from './topology.js';

interface StoredBinding {
  readonly key: string;
  readonly virtualHost: string;
  readonly number: number;
  readonly record: BindingRecord;
}

interface StoredNote {
  readonly key: string;
  readonly virtualHost: string;
  readonly exchange: string;
  readonly name: string;
  readonly note: Declared;
}

/** The exchange table of every virtual host, and their way back from the store. */
export class ExchangeTables {
  /** What policies say of an exchange that was declared without an alternate. */
  alternateByPolicy: (virtualHost: string, exchange: string) => string | undefined = () => undefined;
  readonly #effects: MetadataEffects;
  readonly #tables = new Map<string, ExchangeTable>();
  readonly #version: TopologyVersion = { current: 0 };
  /** Kept until everything that they may lead to is there. */
  #storedBindings: StoredBinding[] = [];
  #storedNotes: StoredNote[] = [];

  constructor(effects: MetadataEffects) {
    this.#effects = effects;
  }

  /** Goes up with every change of any table. */
  get version(): number {
    return this.#version.current;
  }

  /** Made at the first call. Whether there is such a virtual host is for the caller to know. */
  of(virtualHost: string): ExchangeTable {
    let table = this.#tables.get(virtualHost);
    if (table === undefined) {
      table = new ExchangeTable(virtualHost, this.#effects, this.#version, undefined, (exchange) =>
        this.alternateByPolicy(virtualHost, exchange),
      );
      this.#tables.set(virtualHost, table);
    }
    return table;
  }

  /** The virtual host goes, with all its exchanges and bindings. */
  remove(virtualHost: string): void {
    this.#tables.get(virtualHost)?.dispose();
    this.#tables.delete(virtualHost);
  }

  /**
   * Takes one entry of the store, in any order, before {@link finishRestore}; false when it is not of this kind.
   * @throws RangeError when the value is of a newer format or damaged
   */
  restore(key: string, value: Uint8Array): boolean {
    if (key.startsWith('x/')) {
      const [virtualHost, name] = keyNames(key);
      this.of(virtualHost).restoreExchange(name, decodeExchange(value));
      return true;
    }
    if (key.startsWith('n/')) {
      const [virtualHost, exchange, name] = keyNames(key);
      this.#storedNotes.push({ key, virtualHost, exchange, name, note: decodeNote(value) });
      return true;
    }
    if (!key.startsWith('b/')) return false;
    const [virtualHost, number] = keyNames(key);
    this.#storedBindings.push({ key, virtualHost, number: Number(number), record: decodeBinding(value) });
    return true;
  }

  /**
   * Makes the bindings and gives the notes back, once all exchanges are restored, the topics have their log exchanges and `findQueue` knows
   * every durable queue. Returns the keys of those that lack an end or their exchange, so that the caller can remove them.
   */
  finishRestore(findQueue: (virtualHost: string, name: string) => QueueDestination | undefined): string[] {
    const unusable: string[] = [];
    for (const { key, virtualHost, number, record } of this.#storedBindings) {
      const bound = this.of(virtualHost).restoreBinding(number, record, (name) => findQueue(virtualHost, name));
      if (!bound) unusable.push(key);
    }
    this.#storedBindings = [];
    for (const { key, virtualHost, exchange, name, note } of this.#storedNotes) {
      if (!this.of(virtualHost).restoreNote(exchange, name, note)) unusable.push(key);
    }
    this.#storedNotes = [];
    return unusable;
  }
}
