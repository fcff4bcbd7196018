import type { PlacedExtent } from './extent-chunk.js';
import { runBytes, type RunHeader, walkRuns } from './run.js';
import type { RunReader } from './run-reader.js';

/** The runs of one extent as they lie on the disk, headers and checksums included. */
export interface CollectedRuns {
  readonly runs: readonly { readonly header: RunHeader; readonly bytes: Buffer }[];
  /** Of all of them. */
  readonly sizeBytes: number;
}

/**
 * Reads the runs of an extent so that they can be written elsewhere unchanged. Undefined where one is damaged: that is
 * reported, and the extent stays where it is.
 */
export async function collectRuns(
  reader: RunReader,
  log: number,
  extent: PlacedExtent,
): Promise<CollectedRuns | undefined> {
  const span = await reader.span(extent.file, extent.position, extent.position + extent.spanBytes);
  const runs: { header: RunHeader; bytes: Buffer }[] = [];
  let sizeBytes = 0;
  let isDamaged = false;
  walkRuns(span, 0, span.length, false, {
    run(header, position) {
      const { firstSeq, count, flags } = header;
      if (header.log !== log || flags !== extent.flags) return;
      if (firstSeq > extent.lastSeq || firstSeq + count - 1 < extent.firstSeq) return;
      runs.push({ header, bytes: span.subarray(position, position + runBytes(header)) });
      sizeBytes += runBytes(header);
    },
    damaged(position, end, header) {
      isDamaged = true;
      reader.damaged(log, extent, extent.position + position, extent.position + end, header);
    },
  });
  return isDamaged ? undefined : { runs, sizeBytes };
}
