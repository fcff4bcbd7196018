import type { Quarantined } from '../../core/index.js';

/** Collects what could not be read back, each place once. */
export class DamageLog {
  readonly #places = new Map<string, Quarantined>();
  readonly #onDamage: (quarantined: Quarantined) => void;

  constructor(onDamage: (quarantined: Quarantined) => void) {
    this.#onDamage = onDamage;
  }

  get all(): readonly Quarantined[] {
    return [...this.#places.values()];
  }

  report(quarantined: Quarantined): void {
    if (this.#places.has(quarantined.place)) return;
    this.#places.set(quarantined.place, quarantined);
    this.#onDamage(quarantined);
  }
}
