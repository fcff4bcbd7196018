declare module 'lz4js' {
  /** How large the frame's content is at most, by its headers; throws for what is no LZ4 frame. */
  export function decompressBound(frame: Uint8Array): number;
  /** Decompresses a frame (or several) into `target` and returns how many bytes it wrote. */
  export function decompressFrame(frame: Uint8Array, target: Uint8Array): number;
}

declare module 'snappyjs' {
  /** Throws when the content is larger than `maxLength`, or the block is damaged. */
  export function uncompress(block: Uint8Array, maxLength?: number): Uint8Array;
}
