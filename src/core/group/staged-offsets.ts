import type { KeyValueEffects } from './key-value-effects.js';
import {
  type CommittedOffset,
  decodeStaged,
  encodeStaged,
  type OffsetPlace,
  parsePlace,
  placeKey,
  STAGED_PREFIX,
} from './stored-offset.js';

export interface StagedOffset {
  readonly producerId: number;
  readonly place: OffsetPlace;
  readonly offset: CommittedOffset;
  /** Which of two staged offsets is the newer one. */
  readonly order: number;
}

/** Offsets that open transactions hold back, by producer and by place. What becomes of them is the caller's matter. */
export class StagedOffsets {
  readonly #effects: KeyValueEffects;
  readonly #byProducer = new Map<number, Map<string, StagedOffset>>();
  readonly #byPlace = new Map<string, Map<number, StagedOffset>>();
  #lastOrder = 0;

  constructor(effects: KeyValueEffects) {
    this.#effects = effects;
  }

  /** Whether any transaction holds back an offset of this place. */
  covers(key: string): boolean {
    return this.#byPlace.has(key);
  }

  coversGroup(groupId: string): boolean {
    return this.all().some((staged) => staged.place.groupId === groupId);
  }

  all(): StagedOffset[] {
    return [...this.#byProducer.values()].flatMap((staged) => [...staged.values()]);
  }

  /** Replaces what the same producer staged for the place before. */
  stage(producerId: number, place: OffsetPlace, offset: CommittedOffset): void {
    this.#lastOrder++;
    const key = placeKey(place.groupId, place.topic, place.partition);
    this.#effects.put(`${STAGED_PREFIX}${producerId}/${key}`, encodeStaged(offset, this.#lastOrder));
    this.#hold(key, { producerId, place, offset, order: this.#lastOrder });
  }

  /** What the producer has staged, one for each place. */
  of(producerId: number): readonly StagedOffset[] {
    return [...(this.#byProducer.get(producerId)?.values() ?? [])];
  }

  /** Forgets what was staged for the place before `order`: something newer was committed. */
  supersede(key: string, order = Number.POSITIVE_INFINITY): void {
    for (const staged of this.#byPlace.get(key)?.values() ?? []) {
      if (staged.order < order) this.drop(staged);
    }
  }

  drop(staged: StagedOffset): void {
    const { producerId, place } = staged;
    const key = placeKey(place.groupId, place.topic, place.partition);
    this.#effects.remove(`${STAGED_PREFIX}${producerId}/${key}`);
    removeFrom(this.#byProducer, producerId, key);
    removeFrom(this.#byPlace, key, producerId);
  }

  /** One entry read back; `rest` is its key without {@link STAGED_PREFIX}. Throws RangeError when it is damaged. */
  restore(rest: string, value: Uint8Array): OffsetPlace {
    const slash = rest.indexOf('/');
    const producerId = Number(rest.slice(0, Math.max(slash, 0)));
    if (!Number.isSafeInteger(producerId)) throw new RangeError(`not a staged offset's key: ${rest}`);
    const key = rest.slice(slash + 1);
    const place = parsePlace(key);
    const { offset, order } = decodeStaged(value);
    this.#lastOrder = Math.max(this.#lastOrder, order);
    this.#hold(key, { producerId, place, offset, order });
    return place;
  }

  #hold(key: string, staged: StagedOffset): void {
    addTo(this.#byProducer, staged.producerId, key, staged);
    addTo(this.#byPlace, key, staged.producerId, staged);
  }
}

function addTo<K, L, V>(maps: Map<K, Map<L, V>>, outer: K, inner: L, value: V): void {
  const map = maps.get(outer);
  if (map === undefined) maps.set(outer, new Map([[inner, value]]));
  else map.set(inner, value);
}

function removeFrom<K, L, V>(maps: Map<K, Map<L, V>>, outer: K, inner: L): void {
  const map = maps.get(outer);
  map?.delete(inner);
  if (map?.size === 0) maps.delete(outer);
}
