import { basename } from 'node:path';
import type { Quarantined } from '../../core/index.js';
import type { RunHeader } from './run.js';

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

/** Bytes of a file that are not what was written; what they held is what `header` says, if it could be read. */
export function damagedBytes(
  path: string,
  position: number,
  end: number,
  reason: string,
  header: RunHeader | undefined,
): Quarantined {
  const extents = header === undefined ? [] : [heldBy(header)];
  return { place: `${basename(path)}@${position}`, sizeBytes: end - position, reason, extents };
}

function heldBy({ log, firstSeq, count }: RunHeader): Quarantined['extents'][number] {
  return { log, firstSeq, lastSeq: firstSeq + count - 1 };
}
