import { basename, join } from 'node:path';
import { RUN_VOLATILE } from '../../core/index.js';
import { damagedBytes } from './damage-log.js';
import { fileSize } from './file-system.js';
import { FRAME_FLUSH, FRAME_HEADER_BYTES, writeFrameHeader } from './frame.js';
import { type FoundFrame, visitFrame } from './frame-scan.js';
import type { RunHeader } from './run.js';
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, sectorAligned } from './segment-header.js';
import { indexRun, type ShardState } from './shard-state.js';
import { type ShardSurvey, surveyDamage, type SurveyedSegment } from './shard-survey.js';
import { emptySpan, SidecarWriter, visitSidecar } from './sidecar.js';
import type { TopicRecovery } from './topic-recovery.js';
import { WalSegment, walPath } from './wal-segment.js';

/** Room that a new segment has besides what is copied into it. */
const SPARE_ROOM = 64 * 1024;

/** Where an owner goes on. */
export interface RecoveredWal {
  readonly current: WalSegment;
  readonly sidecar: SidecarWriter;
  readonly lastSerial: number;
  /** Segments that have no sidecar yet and will not be written to again. */
  readonly unsealed: readonly { readonly segment: WalSegment; readonly sidecar: SidecarWriter }[];
  /** Files that can serve as spares. */
  readonly names: readonly string[];
}

/**
 * Puts the write-ahead log in order after whatever happened to the owner before:
 *
 * 1. Remove segments that were only being made.
 * 2. Read the index of every segment: from its sidecar, or from its frames where it has none.
 * 3. After a clean stop, go on behind the last frame.
 * 4. Else copy the frames that are whole but not known to be stable into a fresh segment, and sync it. Its header makes
 *    everything from there on void in the segments before it: what was torn stays dropped, however it reads next time.
 * 5. Cut off what is void, and remove segments that hold nothing else: the fresh segment need not outlive the old ones.
 */
export async function recoverWal(state: ShardState, survey: ShardSurvey, topics: TopicRecovery): Promise<RecoveredWal> {
  const { fileSystem } = state.settings;
  for (const path of survey.stillborn) await fileSystem.unlink(path);
  for (const quarantined of surveyDamage(survey)) state.damage.report(quarantined);

  const goesOn = survey.cleanStop && survey.lastSerial > 0;
  const stable = goesOn ? survey.lastSerial : survey.stableSerial;
  const unsealed: { segment: WalSegment; sidecar: SidecarWriter }[] = [];
  const tail: { frame: FoundFrame; content: Buffer }[] = [];
  for (const found of survey.segments) {
    const segment = adopt(state, found);
    const loader = new SegmentLoader(state, segment, topics);
    if (found.sidecar !== undefined) {
      segment.span = found.sidecar.span;
      visitSidecar(found.sidecar.content, loader);
      continue;
    }
    const sidecar = new SidecarWriter();
    for (const frame of found.frames) {
      if (frame.header.serial > stable) tail.push({ frame, content: found.content });
      else {
        describeFrame(sidecar, found.content, frame, 0, (position, end, reason, header) => {
          state.damage.report(damagedBytes(found.path, position, end, reason, header));
        });
      }
    }
    segment.span = sidecar.span;
    visitSidecar(sidecar.finish(segment.number), loader);
    unsealed.push({ segment, sidecar });
  }

  const last = unsealed.at(-1);
  if (goesOn && last?.segment.span.lastSerial === survey.lastSerial) {
    unsealed.pop();
    return {
      current: last.segment,
      sidecar: last.sidecar,
      lastSerial: survey.lastSerial,
      unsealed,
      names: survey.names,
    };
  }
  const fresh = await freshSegment(state, survey, tail, stable);
  visitSidecar(fresh.sidecar.finish(fresh.segment.number), new SegmentLoader(state, fresh.segment, topics));
  const names = survey.names.filter((name) => name !== fresh.tookName);
  const emptied = unsealed.filter(({ segment }) => segment.span.lastSerial === 0);
  for (const { segment } of emptied) await discard(state, segment);
  const rest = unsealed.filter((one) => !emptied.includes(one));
  const lastNumber = survey.segments.at(-1)?.number;
  for (const { number, hasVoid } of survey.segments) {
    const cut = rest.find(({ segment }) => segment.number === number);
    if (cut !== undefined && (hasVoid || number === lastNumber)) await cutOff(state, cut.segment);
  }
  return { current: fresh.segment, sidecar: fresh.sidecar, lastSerial: survey.lastSerial, unsealed: rest, names };
}

/** Leaves nothing behind the last frame that holds. */
async function cutOff(state: ShardState, segment: WalSegment): Promise<void> {
  segment.sizeBytes = sectorAligned(segment.span.usedBytes);
  await state.handles.use(segment.file, async (handle) => {
    await handle.truncate(segment.sizeBytes);
    await handle.syncData();
  });
}

/** Removes a segment whose frames were all torn, or copied. */
async function discard(state: ShardState, segment: WalSegment): Promise<void> {
  state.segments.delete(segment.number);
  await state.handles.close(segment.file);
  state.files.remove(segment.file);
  await state.settings.fileSystem.unlink(segment.file.path);
}

/** Gives the entries of a segment to the index, the metadata and the topics. */
class SegmentLoader {
  readonly #state: ShardState;
  readonly #segment: WalSegment;
  readonly #topics: TopicRecovery;

  constructor(state: ShardState, segment: WalSegment, topics: TopicRecovery) {
    this.#state = state;
    this.#segment = segment;
    this.#topics = topics;
  }

  run(header: RunHeader, position: number): void {
    indexRun(this.#state, header, this.#segment.file.id, position);
  }

  outside(header: RunHeader, descriptor: Parameters<TopicRecovery['committed']>[1]): void {
    this.#topics.committed(header, descriptor, this.#segment, join(this.#state.directory, 'topics'));
  }

  value(key: string, value: Uint8Array | undefined, position: number, lengthBytes: number): void {
    this.#state.metadata.set(key, value, this.#segment, position, lengthBytes);
  }

  removed(key: string): void {
    this.#state.metadata.remove(key, this.#segment);
  }
}

/**
 * Writes what a frame holds into the sidecar of its segment. `shift` is added to every position. The journal is left
 * out, and so are volatile runs: their owner is gone.
 */
function describeFrame(
  sidecar: SidecarWriter,
  content: Buffer,
  frame: FoundFrame,
  shift: number,
  damaged: Parameters<typeof visitFrame>[2]['damaged'],
): void {
  visitFrame(content, frame, {
    run(header, position) {
      if (header.log > 0 && (header.flags & RUN_VOLATILE) === 0) sidecar.run(header, position + shift);
    },
    outside: (header, descriptor) => sidecar.outside(header, descriptor),
    value: (key, value, position, lengthBytes) => sidecar.value(key, value, position + shift, lengthBytes),
    removed: (key) => sidecar.removed(key),
    damaged,
  });
  const { serial, kind, flush, epoch } = frame.header;
  sidecar.frame(serial, kind === FRAME_FLUSH ? flush : 0, epoch, frame.end + shift);
}

/** A segment that begins with copies of `tail`, stable on return. */
async function freshSegment(
  state: ShardState,
  survey: ShardSurvey,
  tail: readonly { frame: FoundFrame; content: Buffer }[],
  stable: number,
): Promise<{ segment: WalSegment; sidecar: SidecarWriter; tookName: string }> {
  const { settings, directory, shard, epoch, files, handles } = state;
  const { fileSystem, firstSegmentBytes } = settings;
  const highest = Math.max(0, survey.segments.at(-1)?.number ?? 0);
  const number = highest + 1;
  const copied = tail.reduce((sum, { frame }) => sum + sectorAligned(frame.end - frame.position), 0);
  const minBytes = Math.max(firstSegmentBytes, SEGMENT_HEADER_BYTES + copied + SPARE_ROOM);

  const { path: temporary, sizeBytes } = await emptyFile(state, survey.names, minBytes);
  const head = Buffer.alloc(SEGMENT_HEADER_BYTES + copied);
  const voidFrom = survey.segments.length === 0 ? 0 : Math.min(stable, survey.lastSerial) + 1;
  head.set(encodeSegmentHeader({ shard, segment: number, epoch, sizeBytes, voidFrom }));
  const sidecar = new SidecarWriter();
  let at = SEGMENT_HEADER_BYTES;
  for (const { frame, content } of tail) {
    content.copy(head, at, frame.position, frame.end);
    const header = { ...frame.header, segment: number };
    writeFrameHeader(head, at, header);
    const lengthBytes = frame.end - frame.position;
    describeFrame(sidecar, head, { header, position: at, end: at + lengthBytes }, 0, unexpectedDamage);
    at += sectorAligned(lengthBytes);
  }
  const handle = await fileSystem.open(temporary, 'write');
  await handle.write([head], 0);
  await handle.syncData();
  const path = walPath(directory, number);
  await fileSystem.rename(temporary, path);
  await fileSystem.syncDirectory(directory);
  const file = files.add(path);
  handles.adopt(file, handle);
  const segment = new WalSegment(number, file, sizeBytes, sidecar.span);
  state.segments.set(number, segment);
  return { segment, sidecar, tookName: basename(temporary) };
}

/** A file to make a segment of: a spare that is there, or a new one of zeros. */
async function emptyFile(
  state: ShardState,
  names: readonly string[],
  minBytes: number,
): Promise<{ path: string; sizeBytes: number }> {
  const { fileSystem } = state.settings;
  for (const name of names.filter((one) => /^spare-\d+\.log$/.test(one))) {
    const path = join(state.directory, name);
    const sizeBytes = await fileSize(fileSystem, path);
    if (sizeBytes >= minBytes) return { path, sizeBytes };
  }
  const path = join(state.directory, 'recovery.tmp');
  if (names.includes('recovery.tmp')) await fileSystem.unlink(path);
  const file = await fileSystem.create(path);
  try {
    await file.write([Buffer.alloc(minBytes)], 0);
  } finally {
    await file.close();
  }
  return { path, sizeBytes: minBytes };
}

function adopt(state: ShardState, found: SurveyedSegment): WalSegment {
  const segment = new WalSegment(found.number, state.files.add(found.path), found.sizeBytes, emptySpan());
  state.segments.set(found.number, segment);
  return segment;
}

function unexpectedDamage(position: number, end: number, reason: string): void {
  throw new Error(`a frame that was whole holds ${reason} at ${position} to ${end} of ${FRAME_HEADER_BYTES}`);
}
