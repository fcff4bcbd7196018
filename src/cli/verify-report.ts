import type { VerifyReport } from '../server/verify-data.js';

/** What `rosettamq verify` prints: a paragraph per shard, each damaged extent on a line of its own, and the verdict. */
export function verifyReportText({ directory, shards, isIntact }: VerifyReport): string {
  const lines = shards.flatMap((shard) => [
    `shard ${shard.shard}: ${shard.flushes} flushes (last ${shard.lastFlush}), ${shard.runs} runs, ` +
      `${shard.checkedBytes} bytes checked in ${shard.walSegments + shard.topicSegments} segments`,
    ...(shard.cleanStop ? [] : ['  its last broker did not stop cleanly, which is no damage']),
    ...(shard.tornBytes === 0
      ? []
      : [`  ${shard.tornBytes} bytes at the end were never confirmed and will be dropped`]),
    ...shard.damaged.flatMap(({ place, sizeBytes, reason, extents }) => [
      `  DAMAGED ${place}: ${sizeBytes} bytes, ${reason}`,
      ...extents.map(({ log, firstSeq, lastSeq }) => `    log ${log}, sequences ${firstSeq} to ${lastSeq}`),
    ]),
  ]);
  lines.push(isIntact ? `${directory} is intact` : `${directory} is damaged; what is not named above can be served`);
  return `${lines.join('\n')}\n`;
}
