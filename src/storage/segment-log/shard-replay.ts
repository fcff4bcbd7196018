import { join } from 'node:path';
import { type ReplayVisitor, RUN_VOLATILE } from '../../core/index.js';
import { damagedBytes } from './damage-log.js';
import type { Descriptor } from './descriptor.js';
import { FRAME_FLUSH } from './frame.js';
import { type FoundFrame, scanFrames, visitFrame } from './frame-scan.js';
import { isRunIntact, readRunHeader, RUN_HEADER_BYTES, type RunHeader, WRONG_RUN } from './run.js';
import type { ShardState } from './shard-state.js';
import { topicSegmentPath } from './topic-segment.js';
import type { WalSegment } from './wal-segment.js';

/** Visits the flushes numbered `from` and above, in order, as {@link Shard.replay} says. */
export async function replayShard(state: ShardState, from: number, visitor: ReplayVisitor): Promise<void> {
  for (const segment of state.segments.values()) {
    if (segment.span.lastFlush < from || segment.span.lastFlush === 0) continue;
    const content = Buffer.alloc(segment.span.usedBytes);
    await state.handles.use(segment.file, (handle) => handle.read(content, 0));
    for (const frame of scanFrames(content, state.shard, segment.number).frames) {
      const { kind, flush, serial } = frame.header;
      // Frames above the segment's last serial were torn, or copied to where the log went on.
      if (kind !== FRAME_FLUSH || flush < from || serial > segment.span.lastSerial) continue;
      await replayFlush(state, segment, content, frame, visitor);
    }
  }
}

async function replayFlush(
  state: ShardState,
  segment: WalSegment,
  content: Buffer,
  frame: FoundFrame,
  visitor: ReplayVisitor,
): Promise<void> {
  const outside: { header: RunHeader; descriptor: Descriptor }[] = [];
  visitor.flushBegin(frame.header.flush);
  visitFrame(content, frame, {
    run({ log, firstSeq, count, flags, payloadBytes }, position) {
      if ((flags & RUN_VOLATILE) !== 0) return;
      const start = position + RUN_HEADER_BYTES;
      visitor.run(log, firstSeq, count, flags, content, start, start + payloadBytes);
    },
    outside: (header, descriptor) => outside.push({ header, descriptor }),
    value() {},
    removed() {},
    damaged(position, end, reason, header) {
      state.damage.report(damagedBytes(segment.file.path, position, end, reason, header));
    },
  });
  for (const { header, descriptor } of outside) {
    const run = await readOutside(state, header, descriptor);
    if (run === undefined) continue;
    visitor.run(header.log, header.firstSeq, header.count, header.flags, run, RUN_HEADER_BYTES, run.length);
  }
  visitor.flushEnd(frame.header.flush);
}

/** The run that a descriptor describes; undefined where its file is gone, being trimmed, or the run is damaged. */
async function readOutside(state: ShardState, header: RunHeader, descriptor: Descriptor): Promise<Buffer | undefined> {
  const directory = join(state.directory, 'topics', String(header.log));
  const path = topicSegmentPath(directory, descriptor.baseSeq, descriptor.nameSerial);
  const segment = state.topics.segmentAt(path);
  if (segment === undefined) return undefined;
  const run = Buffer.alloc(descriptor.lengthBytes);
  await state.handles.use(segment.file, (handle) => handle.read(run, descriptor.position));
  const found = readRunHeader(run, 0, run.length);
  if (found !== undefined && run.readUInt32LE(0) === descriptor.checksum && isRunIntact(run, 0, found, run.length))
    return run;
  const damaged = damagedBytes(path, descriptor.position, descriptor.position + run.length, WRONG_RUN, header);
  state.damage.report(damaged);
  return undefined;
}
