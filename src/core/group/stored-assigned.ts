/**
 * Groups whose partitions the broker assigns, as they are stored: one key for the group, one for each member.
 *
 *     g/c/<group id>                       format (1), kind, group epoch, assignment epoch, assignor
 *     g/d/<length>/<group id>/<member id>  format (1), instance id, rack, client id, client host, rebalance timeout,
 *                                          names, pattern, matched names, assignor, epoch, previous epoch, phase,
 *                                          assigned, revoking, target
 *
 * <length> is that of the group id in UTF-16 units. A set of partitions is the number of topics, then of each its id,
 * the number of partitions, and these. Numbers are varints, text has its length before it.
 */
import { AssignedMember, type MemberPhase } from './assigned-member.js';
import type { AssignedKind } from './assigned-requests.js';
import { PartitionSet } from './partition-set.js';
import { ValueReader, ValueWriter } from './value-codec.js';

export const ASSIGNED_GROUP_PREFIX = 'g/c/';
export const ASSIGNED_MEMBER_PREFIX = 'g/d/';

const FORMAT = 1;
/** The places in these lists are what is stored; add at the end only. */
const KINDS: readonly AssignedKind[] = ['consumer', 'share'];
const PHASES: readonly MemberPhase[] = ['stable', 'revoking', 'waiting'];

export interface StoredAssignedGroup {
  readonly kind: AssignedKind;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignor: string;
}

export function memberKey(groupId: string, memberId: string): string {
  return `${ASSIGNED_MEMBER_PREFIX}${groupId.length}/${groupId}/${memberId}`;
}

/** Throws RangeError for a key that {@link memberKey} did not make. */
export function parseMemberKey(key: string): { readonly groupId: string; readonly memberId: string } {
  const rest = key.slice(ASSIGNED_MEMBER_PREFIX.length);
  const groupStart = rest.indexOf('/') + 1;
  const groupEnd = groupStart + Number(rest.slice(0, Math.max(groupStart - 1, 0)));
  const parsed = { groupId: rest.slice(groupStart, groupEnd), memberId: rest.slice(groupEnd + 1) };
  if (memberKey(parsed.groupId, parsed.memberId) !== key) throw new RangeError(`not a member's key: ${key}`);
  return parsed;
}

export function encodeAssignedGroup(group: StoredAssignedGroup): Uint8Array {
  return new ValueWriter()
    .byte(FORMAT)
    .byte(KINDS.indexOf(group.kind))
    .unsigned(group.groupEpoch)
    .unsigned(group.assignmentEpoch)
    .text(group.assignor)
    .finish();
}

/** Throws RangeError when the value was damaged or written by a newer version. */
export function decodeAssignedGroup(value: Uint8Array): StoredAssignedGroup {
  const reader = new ValueReader(value);
  const format = reader.byte();
  const kind = KINDS.at(reader.byte());
  if (format !== FORMAT || kind === undefined) throw new RangeError(`a stored group of an unknown format: ${format}`);
  const group = {
    kind,
    groupEpoch: reader.unsigned(),
    assignmentEpoch: reader.unsigned(),
    assignor: reader.text(),
  };
  reader.end();
  return group;
}

export function encodeAssignedMember(member: AssignedMember): Uint8Array {
  const writer = new ValueWriter()
    .byte(FORMAT)
    .nullableText(member.instanceId)
    .nullableText(member.rackId)
    .text(member.clientId)
    .text(member.clientHost)
    .unsigned(member.rebalanceTimeoutMs);
  writeNames(writer, member.subscribedNames);
  writer.nullableText(member.subscribedPattern);
  writeNames(writer, member.matchedNames);
  writer
    .nullableText(member.assignor)
    .signed(member.epoch)
    .signed(member.previousEpoch)
    .byte(PHASES.indexOf(member.phase));
  for (const set of [member.assigned, member.revoking, member.target]) writePartitions(writer, set);
  return writer.finish();
}

/** Throws RangeError when the value was damaged or written by a newer version. */
export function decodeAssignedMember(memberId: string, value: Uint8Array): AssignedMember {
  const reader = new ValueReader(value);
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`a stored member of an unknown format: ${format}`);
  const member = new AssignedMember(memberId);
  member.instanceId = reader.nullableText();
  member.rackId = reader.nullableText();
  member.clientId = reader.text();
  member.clientHost = reader.text();
  member.rebalanceTimeoutMs = reader.unsigned();
  member.subscribedNames = readNames(reader);
  member.subscribedPattern = reader.nullableText();
  member.matchedNames = readNames(reader);
  member.assignor = reader.nullableText();
  member.epoch = reader.signed();
  member.previousEpoch = reader.signed();
  const phase = PHASES.at(reader.byte());
  if (phase === undefined) throw new RangeError('a stored member in an unknown phase');
  member.phase = phase;
  member.assigned = readPartitions(reader);
  member.revoking = readPartitions(reader);
  member.target = readPartitions(reader);
  reader.end();
  return member;
}

function writeNames(writer: ValueWriter, names: readonly string[]): void {
  writer.unsigned(names.length);
  for (const name of names) writer.text(name);
}

function readNames(reader: ValueReader): string[] {
  const names: string[] = [];
  for (let left = reader.unsigned(); left > 0; left--) names.push(reader.text());
  return names;
}

function writePartitions(writer: ValueWriter, set: PartitionSet): void {
  writer.unsigned(set.topics().size);
  for (const [topic, partitions] of set.topics()) {
    writer.text(topic).unsigned(partitions.size);
    for (const partition of partitions) writer.unsigned(partition);
  }
}

function readPartitions(reader: ValueReader): PartitionSet {
  const set = new PartitionSet();
  for (let topics = reader.unsigned(); topics > 0; topics--) {
    const topic = reader.text();
    for (let left = reader.unsigned(); left > 0; left--) set.add(topic, reader.unsigned());
  }
  return set;
}
