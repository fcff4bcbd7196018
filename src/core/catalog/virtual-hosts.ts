import { BrokerError } from '../broker-error.js';
import { ValueReader, ValueWriter } from '../group/value-codec.js';
import { keyNames, keyPart, type MetadataEffects } from './metadata-effects.js';
import { amqpNameFault } from './name-rules.js';

/** The virtual host that is always there. */
const DEFAULT_VIRTUAL_HOST = '/';

/** format, text description, a count, text of each tag. The name stands in the key. */
const FORMAT = 1;

export interface VirtualHost {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
}

/** The namespaces. What is in one is not known here: who deletes one deletes that too. */
export class VirtualHosts {
  readonly #effects: MetadataEffects;
  readonly #all = new Map<string, VirtualHost>();

  constructor(effects: MetadataEffects) {
    this.#effects = effects;
    this.#all.set(DEFAULT_VIRTUAL_HOST, { name: DEFAULT_VIRTUAL_HOST, description: '', tags: [] });
  }

  get(name: string): VirtualHost | undefined {
    return this.#all.get(name);
  }

  all(): Iterable<VirtualHost> {
    return this.#all.values();
  }

  /**
   * Creates it, or describes it anew. True when it is new.
   * @throws BrokerError `invalid-name`
   */
  put(name: string, description = '', tags: readonly string[] = []): boolean {
    const fault = amqpNameFault(name);
    if (fault !== undefined) throw new BrokerError('invalid-name', `not a name for a virtual host: ${fault}`);
    const isNew = !this.#all.has(name);
    this.#all.set(name, { name, description, tags });
    const writer = new ValueWriter().byte(FORMAT).text(description).unsigned(tags.length);
    for (const tag of tags) writer.text(tag);
    this.#effects.put(`v/${keyPart(name)}`, writer.finish());
    return isNew;
  }

  /**
   * False when there is none of that name.
   * @throws BrokerError `access-refused` for the default one
   */
  delete(name: string): boolean {
    if (name === DEFAULT_VIRTUAL_HOST) throw new BrokerError('access-refused', `virtual host '${name}' stays`);
    if (!this.#all.delete(name)) return false;
    this.#effects.remove(`v/${keyPart(name)}`);
    return true;
  }

  /**
   * Takes one entry of the store; false when it is not of this kind.
   * @throws RangeError when the value is of a newer format or damaged
   */
  restore(key: string, value: Uint8Array): boolean {
    if (!key.startsWith('v/')) return false;
    const [name] = keyNames(key);
    const reader = new ValueReader(value);
    if (reader.byte() !== FORMAT) throw new RangeError(`stored virtual host of an unknown format: ${name}`);
    const description = reader.text();
    const tags = Array.from({ length: reader.unsigned() }, () => reader.text());
    reader.end();
    this.#all.set(name, { name, description, tags });
    return true;
  }
}
