import { mkdirSync } from 'node:fs';
import type { Disk } from '../crash-run.js';

/** A folder, whose broker is killed: what the operating system was given survives. */
export function plainFolder(dataDir: string): Disk {
  mkdirSync(dataDir, { recursive: true });
  return {
    dataDir,
    crash: async (broker) => {
      await broker.kill();
    },
  };
}
