import { MalformedBytes } from '../../../bytes/index.js';
import { openBatch } from './open-batch.js';

/** The places in the batch of the records that have no key; undefined when the records cannot be read. */
export async function findKeylessRecords(batch: Uint8Array): Promise<number[] | undefined> {
  try {
    const { cursor } = await openBatch(batch);
    const keyless: number[] = [];
    while (cursor.next()) if (cursor.keyStart < 0) keyless.push(cursor.index);
    return keyless;
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}
