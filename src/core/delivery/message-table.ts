import type { Group } from './group-index.js';

/** What can be the matter with a message of the table. */
export const READY = 1;
export const HELD = 2;
export const DELAYED = 3;
/** On its way out: it waits for its record to be read, or for its turn to be sent on. */
export const LEAVING = 4;

const EMPTY = -1;
const NO_PLACES = new Float64Array(0);

/**
 * The messages of one queue about which more is to be known than that they come next in the log, by sequence: held,
 * delayed, returned, prioritised, grouped, leaving. Open addressing over parallel columns, so that acquiring and
 * settling allocate nothing. A place is valid until the next {@link add} or {@link remove}.
 */
export class MessageTable {
  size = 0;
  #keys = NO_PLACES;
  #shift = 32;
  state = new Uint8Array(0);
  /** 1: what happens to it is journaled. */
  persistent = new Uint8Array(0);
  attempts = new Int32Array(0);
  /** Of the body. */
  sizeBytes = new Int32Array(0);
  /** Handle of the session that holds it; 0: none, or held until a deadline. */
  session = new Int32Array(0);
  /** Under which delivery of its session; negative: of the pull with that holder number, until the pull is over. */
  deliveryId = NO_PLACES;
  /** Where it stands among the ready ones. */
  order = NO_PLACES;
  address = NO_PLACES;
  /** HELD: its deadline, ms; 0: none. DELAYED: when it is due. */
  timeMs = NO_PLACES;
  /** When it was acquired for the first time, ms; 0: never. */
  firstMs = NO_PLACES;
  /** When it expires, ms; 0: never, or not known here. */
  expiresMs = NO_PLACES;
  /** 1: a timer looks after its expiry. */
  timed = new Uint8Array(0);
  /** Kept for grouped queues only. */
  group: (Group | undefined)[] = [];
  readonly #grouped: boolean;

  constructor(grouped: boolean) {
    this.#grouped = grouped;
  }

  /** The place of `seq`, or -1. */
  find(seq: number): number {
    if (this.size === 0) return -1;
    const keys = this.#keys;
    const mask = keys.length - 1;
    for (let place = this.#home(seq); ; place = (place + 1) & mask) {
      const key = keys[place];
      if (key === seq) return place;
      if (key === EMPTY) return -1;
    }
  }

  /** Makes room for `seq`, which must not be there; every column is zero. */
  add(seq: number): number {
    if ((this.size + 1) * 4 > this.#keys.length * 3) this.#resize(Math.max(16, this.#keys.length * 2));
    const keys = this.#keys;
    const mask = keys.length - 1;
    let place = this.#home(seq);
    while (keys[place] !== EMPTY) place = (place + 1) & mask;
    keys[place] = seq;
    this.size++;
    this.state[place] = 0;
    this.persistent[place] = 0;
    this.attempts[place] = 0;
    this.sizeBytes[place] = 0;
    this.session[place] = 0;
    this.deliveryId[place] = 0;
    this.order[place] = 0;
    this.address[place] = 0;
    this.timeMs[place] = 0;
    this.firstMs[place] = 0;
    this.expiresMs[place] = 0;
    this.timed[place] = 0;
    return place;
  }

  seq(place: number): number {
    return this.#keys[place];
  }

  /** Takes the entry out and closes the gap, so that searches stay short. */
  remove(place: number): void {
    this.size--;
    const keys = this.#keys;
    const mask = keys.length - 1;
    let hole = place;
    for (let next = (hole + 1) & mask; keys[next] !== EMPTY; next = (next + 1) & mask) {
      const home = this.#home(keys[next]);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.#move(next, hole);
      hole = next;
    }
    keys[hole] = EMPTY;
    if (this.#grouped) this.group[hole] = undefined;
    if (keys.length > 1024 && this.size * 16 < keys.length) this.#resize(keys.length / 4);
  }

  /** Visits every place; what is visited may be changed but not removed. */
  forEach(visit: (place: number) => void): void {
    if (this.size === 0) return;
    for (let place = 0; place < this.#keys.length; place++) if (this.#keys[place] !== EMPTY) visit(place);
  }

  /** The sequences in that state (0: any), ascending. */
  inState(state: number): number[] {
    const found: number[] = [];
    this.forEach((place) => {
      if (state === 0 || this.state[place] === state) found.push(this.#keys[place]);
    });
    return found.sort((a, b) => a - b);
  }

  clear(): void {
    this.size = 0;
    this.#resize(0);
  }

  /** Sequences come in runs; multiplying spreads them over the table. */
  #home(seq: number): number {
    return Math.imul(seq | 0, 0x9e3779b1) >>> this.#shift;
  }

  #move(from: number, to: number): void {
    this.#keys[to] = this.#keys[from];
    this.#copy(this, from, to);
  }

  #copy(source: Columns, from: number, to: number): void {
    this.state[to] = source.state[from];
    this.persistent[to] = source.persistent[from];
    this.attempts[to] = source.attempts[from];
    this.sizeBytes[to] = source.sizeBytes[from];
    this.session[to] = source.session[from];
    this.deliveryId[to] = source.deliveryId[from];
    this.order[to] = source.order[from];
    this.address[to] = source.address[from];
    this.timeMs[to] = source.timeMs[from];
    this.firstMs[to] = source.firstMs[from];
    this.expiresMs[to] = source.expiresMs[from];
    this.timed[to] = source.timed[from];
    if (this.#grouped) this.group[to] = source.group[from];
  }

  #resize(length: number): void {
    const keys = this.#keys;
    const { state, persistent, attempts, sizeBytes, session, deliveryId } = this;
    const { order, address, timeMs, firstMs, expiresMs, timed, group } = this;
    const old = {
      state,
      persistent,
      attempts,
      sizeBytes,
      session,
      deliveryId,
      order,
      address,
      timeMs,
      firstMs,
      expiresMs,
      timed,
      group,
    };
    this.#keys = new Float64Array(length).fill(EMPTY);
    this.#shift = 32 - Math.log2(Math.max(1, length));
    this.state = new Uint8Array(length);
    this.persistent = new Uint8Array(length);
    this.attempts = new Int32Array(length);
    this.sizeBytes = new Int32Array(length);
    this.session = new Int32Array(length);
    this.deliveryId = new Float64Array(length);
    this.order = new Float64Array(length);
    this.address = new Float64Array(length);
    this.timeMs = new Float64Array(length);
    this.firstMs = new Float64Array(length);
    this.expiresMs = new Float64Array(length);
    this.timed = new Uint8Array(length);
    if (this.#grouped) this.group = Array.from({ length });
    const { size } = this;
    this.size = 0;
    for (let from = 0; from < keys.length && this.size < size; from++) {
      if (keys[from] !== EMPTY) this.#copy(old, from, this.add(keys[from]));
    }
  }
}

type Columns = Pick<
  MessageTable,
  | 'state'
  | 'persistent'
  | 'attempts'
  | 'sizeBytes'
  | 'session'
  | 'deliveryId'
  | 'order'
  | 'address'
  | 'timeMs'
  | 'firstMs'
  | 'expiresMs'
  | 'timed'
  | 'group'
>;
