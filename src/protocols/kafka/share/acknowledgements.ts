import type { Host } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { SharedPartition } from './share-session.js';

/** An offset without a record; 1 accepts. */
const GAP = 0;
const RELEASE = 2;
const REJECT = 3;
const RENEW = 4;

/** What a member says of records that it holds. */
export interface AcknowledgementBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** One for each offset, or one for all. */
  readonly acknowledgeTypes: readonly number[];
}

interface Verdict {
  readonly offset: number;
  readonly attempts: number;
  readonly type: number;
}

/**
 * Does to the records of one partition what a member says of them, and answers with an error code. Where it names a
 * record that it was not given, nothing is done; one whose hold has ended meanwhile does not keep the others from theirs.
 */
export function acknowledge(
  host: Host,
  queue: number,
  partition: SharedPartition | undefined,
  batches: readonly AcknowledgementBatch[],
  renewMs: number,
): number {
  if (!batches.every(isWellFormed) || !inOrder(batches)) return ErrorCode.invalidRequest;
  const held = partition?.held ?? new Map<number, number>();
  const verdicts: Verdict[] = [];
  for (const { firstOffset, lastOffset, acknowledgeTypes: types } of batches) {
    for (let offset = firstOffset; offset <= lastOffset; offset++) {
      const type = types[types.length === 1 ? 0 : offset - firstOffset];
      if (type === RENEW && renewMs <= 0) return ErrorCode.invalidRequest;
      const attempts = held.get(offset);
      if (attempts !== undefined) verdicts.push({ offset, attempts, type });
      else if (type !== GAP) return ErrorCode.invalidRecordState;
    }
  }
  const errors = verdicts.map((verdict) => apply(host, queue, verdict, held, renewMs));
  return errors.find((code) => code !== ErrorCode.none) ?? ErrorCode.none;
}

function apply(
  { broker }: Host,
  queue: number,
  { offset, attempts, type }: Verdict,
  held: Map<number, number>,
  renewMs: number,
): number {
  if (type !== RENEW) held.delete(offset);
  const hold =
    type === RELEASE
      ? broker.extendMessage(queue, offset, attempts, 0, true)
      : type === RENEW
        ? broker.extendMessage(queue, offset, attempts, renewMs, true)
        : type === REJECT
          ? broker.rejectMessage(queue, offset, attempts, true)
          : broker.acknowledgeMessage(queue, offset, attempts, true);
  if (hold === 'held') return ErrorCode.none;
  held.delete(offset);
  return ErrorCode.invalidRecordState;
}

/** More at once than any fetch hands out. */
const MAX_SPAN = 1_000_000;

function isWellFormed({ firstOffset, lastOffset, acknowledgeTypes: types }: AcknowledgementBatch): boolean {
  const span = lastOffset - firstOffset + 1;
  if (firstOffset < 0 || span < 1 || span > MAX_SPAN) return false;
  if (types.length !== 1 && types.length !== span) return false;
  return types.every((type) => type >= GAP && type <= RENEW);
}

function inOrder(batches: readonly AcknowledgementBatch[]): boolean {
  return batches.every(({ firstOffset }, i) => i === 0 || firstOffset > batches[i - 1].lastOffset);
}

/** Whether anything in it asks for a longer hold. */
export function renews(batches: readonly AcknowledgementBatch[]): boolean {
  return batches.some(({ acknowledgeTypes }) => acknowledgeTypes.includes(RENEW));
}
