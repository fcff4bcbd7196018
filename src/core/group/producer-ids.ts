import type { KeyValueEffects } from './key-value-effects.js';
import { decodeProducerIds, encodeProducerIds, PRODUCER_IDS_KEY } from './stored-transaction.js';

/** How many ids one put reserves. An unclean stop loses the rest of them; there are 2^53. */
const BLOCK = 1000;

/** Hands out producer ids, each once for all time. */
export class ProducerIds {
  readonly #effects: KeyValueEffects;
  #next = 0;
  #reserved = 0;

  constructor(effects: KeyValueEffects) {
    this.#effects = effects;
  }

  take(): number {
    if (this.#next === this.#reserved) {
      this.#reserved += BLOCK;
      this.#effects.put(PRODUCER_IDS_KEY, encodeProducerIds(this.#reserved));
    }
    return this.#next++;
  }

  /** Goes on above all that was ever reserved. */
  restore(value: Uint8Array): void {
    this.#reserved = decodeProducerIds(value);
    this.#next = this.#reserved;
  }
}
