/**
 * Addresses of the next messages of a queue, one slot per sequence from `first` on: a ring that starts small and
 * grows. Slots may name memory that is gone, or no message at all ({@link SKIP}).
 */
import { NOWHERE } from '../log/memory.js';

/** The sequence is not next in order: delayed, prioritised, gone, or never there. */
export const SKIP = -2;

export class Window {
  #slots = new Float64Array(0);
  #mask = -1;
  #head = 0;
  /** The sequence of the first slot. */
  first = 0;
  length = 0;

  /** One past the last sequence that has a slot. */
  get end(): number {
    return this.first + this.length;
  }

  get firstAddress(): number {
    return this.#slots[this.#head & this.#mask];
  }

  /** Address of `seq`, NOWHERE when it has no slot. */
  at(seq: number): number {
    const index = seq - this.first;
    return index < 0 || index >= this.length ? NOWHERE : this.#slots[(this.#head + index) & this.#mask];
  }

  set(seq: number, address: number): void {
    const index = seq - this.first;
    if (index >= 0 && index < this.length) this.#slots[(this.#head + index) & this.#mask] = address;
  }

  push(address: number): void {
    if (this.length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.length) & this.#mask] = address;
    this.length++;
  }

  shift(): void {
    this.#head = (this.#head + 1) & this.#mask;
    this.first++;
    this.length--;
    if (this.length === 0 && this.#slots.length > 4096) {
      this.#slots = new Float64Array(64);
      this.#mask = 63;
      this.#head = 0;
    }
  }

  /** Empties it; the next slot is for `seq`. */
  reset(seq: number): void {
    this.first = seq;
    this.length = 0;
    this.#head = 0;
  }

  #grow(): void {
    const next = new Float64Array(Math.max(8, this.#slots.length * 2));
    for (let i = 0; i < this.length; i++) next[i] = this.#slots[(this.#head + i) & this.#mask];
    this.#slots = next;
    this.#mask = next.length - 1;
    this.#head = 0;
  }
}
