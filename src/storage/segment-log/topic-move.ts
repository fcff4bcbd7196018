import type { PlacedExtent } from './extent-chunk.js';
import { type CollectedRuns, collectRuns } from './run-collector.js';
import type { RunReader } from './run-reader.js';
import type { ShardState } from './shard-state.js';
import type { MovedPiece } from './topic-store.js';

/** Small runs become one extent in their topic segment up to this size, which keeps the index small. */
const MERGED_BYTES = 64 * 1024;

interface Source {
  readonly extent: PlacedExtent;
  readonly collected: CollectedRuns;
}

/**
 * Copies retained runs to the end of their log's topic segments, and lets the index point there. Extents of one log, in
 * order. Returns whether anything was copied; what is damaged stays where it is.
 */
export async function moveToTopic(
  state: ShardState,
  reader: RunReader,
  log: number,
  extents: readonly PlacedExtent[],
): Promise<boolean> {
  const groups: Source[][] = [];
  for (const extent of extents) {
    const collected = await collectRuns(reader, log, extent);
    if (collected === undefined) continue;
    const group = groups.at(-1);
    if (group !== undefined && joins(group, extent)) group.push({ extent, collected });
    else groups.push([{ extent, collected }]);
  }
  if (groups.length === 0) return false;
  const { segment, extents: moved } = await state.topics.moveIn(log, groups.map(pieceOf));
  for (const [i, group] of groups.entries()) {
    const target = moved[i];
    if (group.every(({ extent }) => isWhole(state, log, extent))) {
      state.index.add(log, { ...target, file: segment.file.id });
      continue;
    }
    // Some of it was trimmed or replaced meanwhile: only what is still pointed at moves.
    let at = target.position;
    for (const { extent, collected } of group) {
      state.index.move(log, extent, segment.file.id, at, collected.sizeBytes);
      at += collected.sizeBytes;
    }
  }
  return true;
}

function joins(group: readonly Source[], extent: PlacedExtent): boolean {
  const last = group[group.length - 1];
  const bytes = group.reduce((sum, source) => sum + source.collected.sizeBytes, extent.sizeBytes);
  return (
    bytes <= MERGED_BYTES &&
    extent.firstSeq === last.extent.lastSeq + 1 &&
    extent.flags === last.extent.flags &&
    isUncut(last)
  );
}

/** Whether the runs of an extent hold no sequences but its own. */
function isUncut({ extent, collected }: Source): boolean {
  const first = collected.runs[0]?.header;
  const last = collected.runs.at(-1)?.header;
  if (first === undefined || last === undefined) return false;
  return first.firstSeq === extent.firstSeq && last.firstSeq + last.count - 1 === extent.lastSeq;
}

function pieceOf(group: readonly Source[]): MovedPiece {
  const extents = group.map(({ extent }) => extent);
  return {
    bytes: Buffer.concat(group.flatMap(({ collected }) => collected.runs.map((run) => run.bytes))),
    extent: {
      firstSeq: extents[0].firstSeq,
      lastSeq: extents[extents.length - 1].lastSeq,
      maxTimestampMs: Math.max(...extents.map((extent) => extent.maxTimestampMs)),
      flush: Math.max(...extents.map((extent) => extent.flush)),
      sizeBytes: extents.reduce((sum, extent) => sum + extent.sizeBytes, 0),
      runs: group.reduce((sum, { collected }) => sum + collected.runs.length, 0),
      flags: extents[0].flags,
    },
  };
}

/** Whether the index still points at all of the extent. */
function isWhole(state: ShardState, log: number, extent: PlacedExtent): boolean {
  const [found, ...more] = state.index.inFile(log, extent.file, extent.firstSeq, extent.lastSeq);
  return (
    more.length === 0 &&
    found !== undefined &&
    found.firstSeq === extent.firstSeq &&
    found.lastSeq === extent.lastSeq &&
    found.position === extent.position
  );
}
