/**
 * A group as it is stored. One key for each group that ever had a generation:
 *
 *     g/m/<group id>    format (1), phase, generation, sinceMs, protocol type, protocol, leader, member count,
 *                       then of each member: id, instance id, client id, client host, session and rebalance timeout,
 *                       assignment, protocol count, and name and metadata of each protocol
 *
 * Numbers are varints, text and bytes have their length before them. The value changes when a generation is made,
 * when its assignments arrive, when a static member comes back under a new id, and when a member of the generation
 * goes. Who is only about to join is not stored: such a member's join is unanswered, and it will ask again.
 */
import type { GroupProtocol } from './group-requests.js';
import type { GroupState } from './group-state.js';
import { ValueReader, ValueWriter } from './value-codec.js';

export const GROUP_PREFIX = 'g/m/';

const FORMAT = 1;
/** The place in this list is what is stored; add at the end only. */
const PHASES: readonly GroupState[] = ['empty', 'preparing-rebalance', 'completing-rebalance', 'stable'];

export interface StoredGroup {
  readonly state: GroupState;
  readonly generation: number;
  /** When the group came into this state, ms since the epoch. */
  readonly sinceMs: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string | null;
  readonly members: readonly StoredMember[];
}

export interface StoredMember {
  readonly id: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly GroupProtocol[];
  readonly assignment: Uint8Array;
}

export function encodeGroup(group: StoredGroup): Uint8Array {
  const writer = new ValueWriter()
    .byte(FORMAT)
    .byte(PHASES.indexOf(group.state))
    .unsigned(group.generation)
    .unsigned(group.sinceMs)
    .nullableText(group.protocolType)
    .nullableText(group.protocol)
    .nullableText(group.leader)
    .unsigned(group.members.length);
  for (const member of group.members) {
    writer
      .text(member.id)
      .nullableText(member.instanceId)
      .text(member.clientId)
      .text(member.clientHost)
      .unsigned(member.sessionTimeoutMs)
      .unsigned(member.rebalanceTimeoutMs)
      .bytes(member.assignment)
      .unsigned(member.protocols.length);
    for (const protocol of member.protocols) writer.text(protocol.name).bytes(protocol.metadata);
  }
  return writer.finish();
}

/** Throws RangeError when the value was damaged or written by a newer version. */
export function decodeGroup(value: Uint8Array): StoredGroup {
  const reader = new ValueReader(value);
  const format = reader.byte();
  const state = PHASES.at(reader.byte());
  if (format !== FORMAT || state === undefined) throw new RangeError(`a stored group of an unknown format: ${format}`);
  const generation = reader.unsigned();
  const sinceMs = reader.unsigned();
  const protocolType = reader.nullableText();
  const protocol = reader.nullableText();
  const leader = reader.nullableText();
  const members: StoredMember[] = [];
  for (let left = reader.unsigned(); left > 0; left--) members.push(readMember(reader));
  reader.end();
  return { state, generation, sinceMs, protocolType, protocol, leader, members };
}

function readMember(reader: ValueReader): StoredMember {
  const id = reader.text();
  const instanceId = reader.nullableText();
  const clientId = reader.text();
  const clientHost = reader.text();
  const sessionTimeoutMs = reader.unsigned();
  const rebalanceTimeoutMs = reader.unsigned();
  const assignment = reader.bytes();
  const protocols: GroupProtocol[] = [];
  for (let left = reader.unsigned(); left > 0; left--) {
    protocols.push({ name: reader.text(), metadata: reader.bytes() });
  }
  return { id, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols, assignment };
}
