import type { PartitionState } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';

/** What is wrong with the epoch that a client believes to be the partition's; -1 is a client that does not care. */
export function leaderEpochFault({ leaderEpoch }: PartitionState, believed: number): number | undefined {
  if (believed === -1 || believed === leaderEpoch) return undefined;
  return believed < leaderEpoch ? ErrorCode.fencedLeaderEpoch : ErrorCode.unknownLeaderEpoch;
}
