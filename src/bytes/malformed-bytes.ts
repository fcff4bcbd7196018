/** Bytes that cannot be what they claim to be: a length past the end, a varint without end, a null where none is legal. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}
