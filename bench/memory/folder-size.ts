import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Octets that the files below `folder` take on the disk, holes not counted. */
export function folderBytes(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    // A running server may remove a file between the listing and this look at it.
    const found = lstatSync(join(folder, entry), { throwIfNoEntry: false });
    if (found?.isFile()) total += found.blocks * 512;
  }
  return total;
}
