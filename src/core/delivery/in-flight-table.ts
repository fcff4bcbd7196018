/**
 * The messages of one queue that are held by somebody, by sequence: open addressing over parallel arrays, so that
 * acquiring and settling allocate nothing.
 */
const EMPTY = -1;

export class InFlightTable {
  #keys = new Float64Array(0);
  #mask = -1;
  #session = new Int32Array(0);
  #subscription = new Int32Array(0);
  #deliveryId = new Float64Array(0);
  #attempts = new Int32Array(0);
  #sizeBytes = new Int32Array(0);
  #order = new Float64Array(0);
  #address = new Float64Array(0);
  #deadlineMs = new Float64Array(0);
  #firstMs = new Float64Array(0);
  size = 0;

  /** The place of `seq`, or -1. Places are valid until the next add or remove. */
  find(seq: number): number {
    if (this.size === 0) return -1;
    for (let place = hash(seq) & this.#mask; ; place = (place + 1) & this.#mask) {
      const key = this.#keys[place];
      if (key === seq) return place;
      if (key === EMPTY) return -1;
    }
  }

  add(
    seq: number,
    order: number,
    session: number,
    subscription: number,
    deliveryId: number,
    attempts: number,
    sizeBytes: number,
    address: number,
    deadlineMs: number,
    firstMs: number,
  ): void {
    if (this.size * 2 >= this.#keys.length) this.#grow();
    let place = hash(seq) & this.#mask;
    while (this.#keys[place] !== EMPTY) place = (place + 1) & this.#mask;
    this.#keys[place] = seq;
    this.#order[place] = order;
    this.#session[place] = session;
    this.#subscription[place] = subscription;
    this.#deliveryId[place] = deliveryId;
    this.#attempts[place] = attempts;
    this.#sizeBytes[place] = sizeBytes;
    this.#address[place] = address;
    this.#deadlineMs[place] = deadlineMs;
    this.#firstMs[place] = firstMs;
    this.size++;
  }

  seq(place: number): number {
    return this.#keys[place];
  }
  order(place: number): number {
    return this.#order[place];
  }
  session(place: number): number {
    return this.#session[place];
  }
  subscription(place: number): number {
    return this.#subscription[place];
  }
  deliveryId(place: number): number {
    return this.#deliveryId[place];
  }
  attempts(place: number): number {
    return this.#attempts[place];
  }
  sizeBytes(place: number): number {
    return this.#sizeBytes[place];
  }
  address(place: number): number {
    return this.#address[place];
  }
  /** 0: held without a deadline. */
  deadlineMs(place: number): number {
    return this.#deadlineMs[place];
  }
  firstMs(place: number): number {
    return this.#firstMs[place];
  }
  setDeadline(place: number, deadlineMs: number): void {
    this.#deadlineMs[place] = deadlineMs;
  }

  /** Takes the entry out and closes the gap, so that searches stay short. */
  remove(place: number): void {
    this.size--;
    let hole = place;
    for (let next = (hole + 1) & this.#mask; this.#keys[next] !== EMPTY; next = (next + 1) & this.#mask) {
      const home = hash(this.#keys[next]) & this.#mask;
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue;
      this.#move(next, hole);
      hole = next;
    }
    this.#keys[hole] = EMPTY;
    if (this.#keys.length > 1024 && this.size * 16 < this.#keys.length) this.#resize(this.#keys.length / 4);
  }

  forEach(visit: (place: number) => void): void {
    for (let place = 0; place < this.#keys.length; place++) if (this.#keys[place] !== EMPTY) visit(place);
  }

  #move(from: number, to: number): void {
    this.#keys[to] = this.#keys[from]!;
    this.#order[to] = this.#order[from]!;
    this.#session[to] = this.#session[from]!;
    this.#subscription[to] = this.#subscription[from]!;
    this.#deliveryId[to] = this.#deliveryId[from]!;
    this.#attempts[to] = this.#attempts[from]!;
    this.#sizeBytes[to] = this.#sizeBytes[from]!;
    this.#address[to] = this.#address[from]!;
    this.#deadlineMs[to] = this.#deadlineMs[from]!;
    this.#firstMs[to] = this.#firstMs[from]!;
  }

  #grow(): void {
    this.#resize(Math.max(16, this.#keys.length * 2));
  }

  #resize(length: number): void {
    const old = {
      keys: this.#keys,
      order: this.#order,
      session: this.#session,
      subscription: this.#subscription,
      deliveryId: this.#deliveryId,
      attempts: this.#attempts,
      sizeBytes: this.#sizeBytes,
      address: this.#address,
      deadlineMs: this.#deadlineMs,
      firstMs: this.#firstMs,
    };
    this.#keys = new Float64Array(length).fill(EMPTY);
    this.#mask = length - 1;
    this.#order = new Float64Array(length);
    this.#session = new Int32Array(length);
    this.#subscription = new Int32Array(length);
    this.#deliveryId = new Float64Array(length);
    this.#attempts = new Int32Array(length);
    this.#sizeBytes = new Int32Array(length);
    this.#address = new Float64Array(length);
    this.#deadlineMs = new Float64Array(length);
    this.#firstMs = new Float64Array(length);
    this.size = 0;
    for (let i = 0; i < old.keys.length; i++) {
      if (old.keys[i] === EMPTY) continue;
      this.add(
        old.keys[i],
        old.order[i],
        old.session[i],
        old.subscription[i],
        old.deliveryId[i],
        old.attempts[i],
        old.sizeBytes[i],
        old.address[i],
        old.deadlineMs[i],
        old.firstMs[i],
      );
    }
  }
}

/** Sequences come in runs; multiplying spreads them so that runs of several queues do not pile up. */
function hash(seq: number): number {
  return Math.imul(seq | 0, 0x9e3779b1) >>> 8;
}
