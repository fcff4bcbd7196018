import { createRequire } from 'node:module';
import { crc32cWithTables } from './crc32c-tables.js';

type NativeCrc32c = (bytes: Uint8Array, seed?: number) => number;

/** Below this size a call into native code costs more than the tables do. */
const NATIVE_FROM_BYTES = 256;

const native = loadNative();

/** The native implementation is optional: where it has no build for the platform, the tables do all the work. */
function loadNative(): NativeCrc32c | undefined {
  try {
    const loaded: unknown = createRequire(import.meta.url)('@node-rs/crc32');
    return (loaded as { crc32c: NativeCrc32c }).crc32c;
  } catch {
    return undefined;
  }
}

/**
 * The CRC-32C (Castagnoli; RFC 3720 appendix B.4) of `bytes[start..end)` as an unsigned 32-bit number. `seed` is the
 * checksum of the bytes before, so that a checksum can be computed piece by piece; it starts at 0.
 *
 * Node's own zlib.crc32 is the other CRC-32, with another polynomial.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  if (native === undefined || end - start < NATIVE_FROM_BYTES) return crc32cWithTables(bytes, start, end, seed);
  return native(bytes.subarray(start, end), seed);
}
