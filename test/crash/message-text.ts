import type { SeededRandom } from './seeded-random.js';

const FILLER = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A body of at least `length` characters that says which message it is and can be told from every other one. */
export function messageText(id: string, length: number): string {
  const head = `${id}\n`;
  const missing = Math.max(0, length - head.length);
  const turn = hash(id) % FILLER.length;
  const pattern = FILLER.slice(turn) + FILLER.slice(0, turn);
  return head + pattern.repeat(Math.ceil(missing / FILLER.length)).slice(0, missing);
}

/** The id in a body; undefined when it is not, byte for byte, a body that {@link messageText} made. */
export function readMessageText(text: string): string | undefined {
  const end = text.indexOf('\n');
  if (end < 0) return undefined;
  const id = text.slice(0, end);
  return messageText(id, text.length) === text ? id : undefined;
}

/** Mostly small, at times as big as `most`: what is small and what is big goes different ways in the store. */
export function randomLength(random: SeededRandom, most: number): number {
  const luck = random.next();
  if (luck < 0.8) return random.between(20, 2_000);
  if (luck < 0.98) return random.between(2_000, Math.min(most, 20_000));
  return random.between(Math.min(most, 20_000), most);
}

/** `<source>:<number>` taken apart. */
export function readId(id: string): { readonly source: string; readonly number: number } {
  const at = id.lastIndexOf(':');
  return { source: id.slice(0, at), number: Number(id.slice(at + 1)) };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
