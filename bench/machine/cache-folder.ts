import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A folder for what is fetched once and used by later runs, such as a client from a package registry. */
export function cacheFolder(name: string): string {
  const folder = fileURLToPath(new URL(`../../../build/bench-cache/${name}`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  return folder;
}
