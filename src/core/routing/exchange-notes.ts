import { decodeUtf8, encodeUtf8 } from '../../bytes/utf8.js';
import type { Declared } from '../broker.js';
import { keyPart, type MetadataEffects } from '../catalog/metadata-effects.js';

/**
 * What dialects keep about an exchange beside what routing knows: JSON objects by name, stored one by one, gone with
 * the exchange. A front begins its names with its own.
 */
export class ExchangeNotes {
  readonly #effects: MetadataEffects;
  /** What all keys begin with; undefined: nothing is stored. */
  readonly #prefix: string | undefined;
  readonly #notes = new Map<string, Declared>();
  #version = 0;

  constructor(effects: MetadataEffects, prefix: string | undefined) {
    this.#effects = effects;
    this.#prefix = prefix;
  }

  /** Goes up with every change. */
  get version(): number {
    return this.#version;
  }

  get(name: string): Declared | undefined {
    return this.#notes.get(name);
  }

  /** Not to be held over a change. */
  all(): Iterable<readonly [name: string, note: Declared]> {
    return this.#notes;
  }

  put(name: string, note: Declared): void {
    this.restore(name, note);
    if (this.#prefix !== undefined) this.#effects.put(this.#prefix + keyPart(name), encodeUtf8(JSON.stringify(note)));
  }

  /** False when there was none. */
  remove(name: string): boolean {
    if (!this.#notes.delete(name)) return false;
    this.#version++;
    if (this.#prefix !== undefined) this.#effects.remove(this.#prefix + keyPart(name));
    return true;
  }

  clear(): void {
    for (const name of this.#notes.keys()) this.remove(name);
  }

  /** As {@link put}, from the store. */
  restore(name: string, note: Declared): void {
    this.#notes.set(name, note);
    this.#version++;
  }
}

/** `n/<virtual host>/<exchange>/`, before the names of its notes. */
export function notesPrefix(virtualHost: string, exchange: string): string {
  return `n/${keyPart(virtualHost)}/${keyPart(exchange)}/`;
}

export function decodeNote(value: Uint8Array): Declared {
  return JSON.parse(decodeUtf8(value)) as Declared;
}
