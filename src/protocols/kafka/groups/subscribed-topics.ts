import type { GroupDescription } from '../../../core/index.js';
import { MalformedBytes } from '../../../bytes/index.js';
import { WireReader } from '../wire/wire-reader.js';

/** Groups of consumers say in their members' metadata what they read; those of other kinds are opaque. */
const CONSUMER = 'consumer';

/**
 * The names of the topics that the group's members read; null when that cannot be told. A subscription begins with
 * its version and an array of topic names, in every version.
 */
export function subscribedTopics({ protocolType, members }: GroupDescription): ReadonlySet<string> | null {
  if (protocolType !== CONSUMER) return null;
  const names = new Set<string>();
  try {
    for (const { metadata } of members) {
      const reader = new WireReader(Buffer.from(metadata), 0, metadata.length);
      reader.int16();
      for (let left = reader.int32(); left > 0; left--) names.add(reader.utf8(reader.int16()));
    }
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
  return names;
}
