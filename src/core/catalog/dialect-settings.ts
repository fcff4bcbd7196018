import { decodeUtf8, encodeUtf8 } from '../../bytes/index.js';
import { keyNames, keyPart, type MetadataEffects } from './metadata-effects.js';

/**
 * What a dialect keeps of its own, beside topics and queues, users and permissions: texts under a name, in spaces that
 * the dialect names, for example a Kafka client's quotas. The core stores them and understands none.
 */
export class DialectSettings {
  readonly #effects: MetadataEffects;
  readonly #spaces = new Map<string, Map<string, string>>();

  constructor(effects: MetadataEffects) {
    this.#effects = effects;
  }

  get(space: string, name: string): string | undefined {
    return this.#spaces.get(space)?.get(name);
  }

  /** Names and texts of a space, in the order in which they came. */
  all(space: string): Iterable<readonly [name: string, text: string]> {
    return this.#spaces.get(space) ?? [];
  }

  put(space: string, name: string, text: string): void {
    this.#set(space, name, text);
    this.#effects.put(settingKey(space, name), encodeUtf8(text));
  }

  /** False when there was none of that name. */
  remove(space: string, name: string): boolean {
    if (this.#spaces.get(space)?.delete(name) !== true) return false;
    this.#effects.remove(settingKey(space, name));
    return true;
  }

  /** Takes one entry of the store; false when it is not of this kind. */
  restore(key: string, value: Uint8Array): boolean {
    if (!key.startsWith('d/')) return false;
    const [space, name] = keyNames(key);
    this.#set(space, name, decodeUtf8(value));
    return true;
  }

  #set(space: string, name: string, text: string): void {
    const settings = this.#spaces.get(space) ?? new Map<string, string>();
    this.#spaces.set(space, settings.set(name, text));
  }
}

function settingKey(space: string, name: string): string {
  return `d/${keyPart(space)}/${keyPart(name)}`;
}
