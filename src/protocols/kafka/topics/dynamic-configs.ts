import type { SettingsStore } from '../security/settings-store.js';

const SPACE = 'kafka.config';

export type ConfigValues = Readonly<Record<string, string>>;

const NOTHING: ConfigValues = {};

/** What was set for nodes and groups while the broker ran, kept in its store. Topics keep theirs themselves. */
export class DynamicConfigs {
  readonly #store: SettingsStore;
  readonly #read = new Map<string, ConfigValues>();

  constructor(store: SettingsStore) {
    this.#store = store;
  }

  /** For one node by its id, or for all of them by the empty name. */
  ofBroker(name: string): ConfigValues {
    return this.#get(`broker ${name}`);
  }
  setBroker(name: string, values: ConfigValues): void {
    this.#set(`broker ${name}`, values);
  }

  ofGroup(groupId: string): ConfigValues {
    return this.#get(`group ${groupId}`);
  }
  setGroup(groupId: string, values: ConfigValues): void {
    this.#set(`group ${groupId}`, values);
  }

  /** The groups for which anything is set. */
  groups(): string[] {
    const names = Array.from(this.#store.all(SPACE), ([name]) => name);
    return names.filter((name) => name.startsWith('group ')).map((name) => name.slice('group '.length));
  }

  #get(name: string): ConfigValues {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const text = this.#store.get(SPACE, name);
    if (text === undefined) return NOTHING;
    const values = JSON.parse(text) as ConfigValues;
    this.#read.set(name, values);
    return values;
  }

  #set(name: string, values: ConfigValues): void {
    this.#read.delete(name);
    if (Object.keys(values).length === 0) this.#store.remove(SPACE, name);
    else this.#store.put(SPACE, name, JSON.stringify(values));
  }
}
