const maxBytes = 255;

/** Bytes that `text` takes as a short string, its length octet included. */
export function shortStringSize(text: string): number {
  return 1 + Math.min(maxBytes, Buffer.byteLength(text));
}

/** Writes `text` as a short string at `at`, cut after at most 255 bytes between characters. Returns the end. */
export function writeShortString(text: string, target: Buffer, at: number): number {
  const room = Math.min(maxBytes, target.length - at - 1);
  const written = target.write(text, at + 1, room, 'utf8');
  target[at] = written;
  return at + 1 + written;
}

/** `text` with its length octet, for what is written again and again. */
export function shortString(text: string): Buffer {
  const bytes = Buffer.alloc(shortStringSize(text));
  return bytes.subarray(0, writeShortString(text, bytes, 0));
}

/** The routing of a message that was sent straight to a queue: the default exchange, and the queue's name as its key. */
export function routingToQueue(name: string): Buffer {
  return Buffer.concat([shortString(''), shortString(name)]);
}
