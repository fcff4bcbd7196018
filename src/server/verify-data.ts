import { resolve } from 'node:path';
import { verifyDataDirectory, type VerifyReport } from '../storage/index.js';
import type { ServerOptions } from './options.js';
import { StartError, storageStartError } from './start-error.js';

export type { VerifyReport };

/**
 * Checks every checksum in the data directory of the options and changes nothing. Throws StartError when a broker is
 * using it, when it cannot be read, or when it is not one.
 */
export async function verifyData(options: ServerOptions): Promise<VerifyReport> {
  const report = await verifyDataDirectory(resolve(options.dataDir)).catch((error: unknown) => {
    throw storageStartError(error, options);
  });
  if (report.shards.length === 0) throw new StartError(`The directory ${options.dataDir} holds no data of RosettaMQ.`);
  return report;
}
