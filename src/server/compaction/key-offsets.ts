import { createHash } from 'node:crypto';

/** Longer keys are known by their digest. */
const MAX_KEY_BYTES = 48;

/** The newest offset of each key that was met. Bounded: what does not fit is left for the next round. */
export class KeyOffsets {
  readonly #limit: number;
  readonly #offsets = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get full(): boolean {
    return this.#offsets.size >= this.#limit;
  }

  /** Offsets come in rising order. */
  set(bytes: Uint8Array, start: number, end: number, offset: number): void {
    this.#offsets.set(nameOf(bytes, start, end), offset);
  }

  /** The newest offset of that key; -1 for one that was not met. */
  newest(bytes: Uint8Array, start: number, end: number): number {
    return this.#offsets.get(nameOf(bytes, start, end)) ?? -1;
  }
}

function nameOf(bytes: Uint8Array, start: number, end: number): string {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (key.length <= MAX_KEY_BYTES) return key.toString('latin1');
  // No shorter key looks like it: a digest with a letter before it is longer than any of them.
  return `#${createHash('sha512').update(key).digest().toString('latin1')}`;
}
