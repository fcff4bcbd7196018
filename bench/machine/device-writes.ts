import { readFileSync, statSync } from 'node:fs';

/** In /sys a sector has this size whatever the device says. */
const sectorBytes = 512;

/**
 * Octets written so far to the block device that holds `folder`, by anybody; 0 where /sys does not tell. The count that
 * the kernel keeps per process is no substitute: it takes a whole folio of the page cache for each octet that makes one
 * dirty, which came to twenty times the truth for small writes into a preallocated file.
 */
export function deviceWriteBytes(folder: string): number {
  try {
    const { dev } = statSync(folder);
    const major = (dev >>> 8) & 0xfff;
    const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
    const fields = readFileSync(`/sys/dev/block/${major}:${minor}/stat`, 'utf8').trim().split(/\s+/);
    return Number(fields[6] ?? 0) * sectorBytes;
  } catch {
    return 0;
  }
}
