import type { FrontStores } from '../front-stores.js';
import type { StoredCredential, StoredUser } from '../security/user-store.js';

/** What the front keeps, in memory. */
export class MemoryStores implements FrontStores {
  readonly directory = undefined;
  readonly #spaces = new Map<string, Map<string, string>>();
  readonly #users = new Map<string, StoredUser>();

  readonly settings: FrontStores['settings'] = {
    get: (space, name) => this.#space(space).get(name),
    all: (space) => this.#space(space),
    put: (space, name, text) => void this.#space(space).set(name, text),
    remove: (space, name) => this.#space(space).delete(name),
  };

  readonly users: FrontStores['users'] = {
    get: (name) => this.#users.get(name),
    all: () => this.#users.values(),
    put: (name: string, tags: readonly string[], credentials: readonly StoredCredential[]) =>
      void this.#users.set(name, { name, tags, credentials }),
    delete: (name) => this.#users.delete(name),
  };

  sizeBytes(): number {
    return 4096;
  }

  #space(name: string): Map<string, string> {
    let space = this.#spaces.get(name);
    if (space === undefined) {
      space = new Map();
      this.#spaces.set(name, space);
    }
    return space;
  }
}
