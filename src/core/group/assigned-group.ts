import { AssignedMember } from './assigned-member.js';
import {
  type AssignedAnswer,
  type AssignedDescription,
  type AssignedGroupState,
  type AssignedHeartbeat,
  type AssignedKind,
  type AssignedTimes,
  JOINING_EPOCH,
  PAUSING_EPOCH,
  type SubscribableTopics,
} from './assigned-requests.js';
import { type Assignee, assignShared, CONSUMER_ASSIGNORS } from './assignor.js';
import type { GroupError } from './group-error.js';
import type { MemberClaim } from './group-requests.js';
import type { KeyValueEffects } from './key-value-effects.js';
import { PartitionOwners } from './partition-owners.js';
import { PartitionSet } from './partition-set.js';
import {
  ASSIGNED_GROUP_PREFIX,
  encodeAssignedGroup,
  encodeAssignedMember,
  memberKey,
  type StoredAssignedGroup,
} from './stored-assigned.js';

const NEVER = Number.POSITIVE_INFINITY;
const [DEFAULT_ASSIGNOR = ''] = Object.keys(CONSUMER_ASSIGNORS);
/** The one assignor of share groups. */
const SHARE_ASSIGNOR = 'simple';

interface Refusal {
  readonly error: GroupError;
  readonly message: string;
}

/**
 * One group whose partitions the broker assigns, as its members meet it: consumer groups of the newer protocol
 * (KIP-848) and share groups (KIP-932). Members only heartbeat. The group's epoch goes up with everything that calls
 * for another division; the division is made for the newest epoch, and each member is led to its part of it: it lets
 * go first, and it is given only what others have let go of. Members of share groups share, so nobody waits.
 */
export class AssignedGroup {
  readonly id: string;
  readonly kind: AssignedKind;
  readonly #effects: KeyValueEffects;
  readonly #members = new Map<string, AssignedMember>();
  readonly #byInstance = new Map<string, string>();
  readonly #owners = new PartitionOwners();
  #groupEpoch = 0;
  #assignmentEpoch = 0;
  #assignor: string;
  /** What the topics looked like when the group last looked, and what of it the members read. */
  #topicsVersion = -1;
  #topicsSeen = '';
  /** No member is to be taken for gone because of what it holds on to before this. */
  #revokeDueMs = NEVER;
  #sinceMs: number;

  constructor(id: string, kind: AssignedKind, effects: KeyValueEffects, nowMs: number) {
    this.id = id;
    this.kind = kind;
    this.#effects = effects;
    this.#assignor = kind === 'share' ? SHARE_ASSIGNOR : DEFAULT_ASSIGNOR;
    this.#sinceMs = nowMs;
  }

  get size(): number {
    return this.#members.size;
  }

  /** When the last member left, or the group was made. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  get state(): AssignedGroupState {
    if (this.#members.size === 0) return 'empty';
    if (this.#groupEpoch > this.#assignmentEpoch) return 'assigning';
    for (const { phase, epoch } of this.#members.values()) {
      if (phase !== 'stable' || epoch !== this.#assignmentEpoch) return 'reconciling';
    }
    return 'stable';
  }

  /** Names of all topics that any member reads. */
  subscribedNames(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const member of this.#members.values()) for (const name of member.subscription()) names.add(name);
    return names;
  }

  has(memberId: string): boolean {
    return this.#members.has(memberId);
  }

  // ---- heartbeats

  heartbeat(
    request: AssignedHeartbeat,
    topics: SubscribableTopics,
    times: AssignedTimes,
    nowMs: number,
  ): AssignedAnswer {
    const found = request.memberEpoch < 0 ? this.#leave(request, nowMs) : this.#enter(request, nowMs);
    if ('error' in found) return refused(request, found);
    if (request.memberEpoch < 0) return accepted(found, request.memberEpoch, times, null);

    const before = found.assigned;
    const changed = this.#update(found, request);
    this.#followTopics(found, topics);
    if (this.#groupEpoch > this.#assignmentEpoch) this.#assign(topics);
    const moved = found.reconcile(this.kind, this.#assignmentEpoch, request.owned, this.#owners);
    if (changed || moved) this.#storeMember(found);
    found.deadlineMs = nowMs + times.sessionTimeoutMs;
    if (found.phase !== 'revoking') found.revokedByMs = NEVER;
    else if (moved) found.revokedByMs = nowMs + found.rebalanceTimeoutMs;
    this.#revokeDueMs = Math.min(this.#revokeDueMs, found.revokedByMs);
    // One who lacks something has not heard of it, or is on its way to it; telling it again does no harm.
    const lacks = request.owned !== null && !found.assigned.isWithin(request.owned);
    const isTold = request.memberEpoch === JOINING_EPOCH || saysAll(request) || lacks || !found.assigned.equals(before);
    return accepted(found, found.epoch, times, isTold ? found.assigned : null);
  }

  #enter(request: AssignedHeartbeat, nowMs: number): AssignedMember | Refusal {
    const { memberId, instanceId, memberEpoch } = request;
    const joins = memberEpoch === JOINING_EPOCH;
    if (instanceId !== null) {
      const holder = this.#members.get(this.#byInstance.get(instanceId) ?? '');
      if (holder !== undefined && holder.id !== memberId) {
        if (!joins) return fencedInstance(instanceId, memberId);
        if (holder.epoch !== PAUSING_EPOCH) return unreleased(instanceId);
        return this.#succeed(holder, memberId);
      }
    }
    const member = this.#members.get(memberId);
    if (joins) {
      // Told, and the answer lost, a member joins once more; any other one begins anew under its id.
      if (member !== undefined && member.epoch !== PAUSING_EPOCH && member.previousEpoch !== JOINING_EPOCH) {
        this.#remove(member);
      }
      return this.#members.get(memberId) ?? this.#add(memberId, instanceId, nowMs);
    }
    return this.#known(member, request);
  }

  #known(member: AssignedMember | undefined, request: AssignedHeartbeat): AssignedMember | Refusal {
    const { memberId, memberEpoch, owned } = request;
    if (member === undefined) return unknownMember(memberId, this.id);
    if (memberEpoch === member.epoch) return member;
    // It did not get the answer that raised its epoch. What it holds tells whether that can be.
    const missedOne = memberEpoch === member.previousEpoch && owned?.isWithin(member.assigned) === true;
    return missedOne ? member : fencedEpoch(member, memberEpoch);
  }

  #add(memberId: string, instanceId: string | null, nowMs: number): AssignedMember {
    const member = new AssignedMember(memberId);
    member.instanceId = instanceId;
    this.#members.set(memberId, member);
    if (instanceId !== null) this.#byInstance.set(instanceId, memberId);
    this.#sinceMs = nowMs;
    this.#raiseEpoch();
    return member;
  }

  /** A static member is back under another id: it goes on where it left. */
  #succeed(old: AssignedMember, memberId: string): AssignedMember {
    const member = new AssignedMember(memberId);
    member.succeed(old);
    member.instanceId = old.instanceId;
    this.#drop(old);
    this.#members.set(memberId, member);
    if (member.instanceId !== null) this.#byInstance.set(member.instanceId, memberId);
    this.#owners.take(memberId, member.assigned.plus(member.revoking));
    return member;
  }

  #leave(request: AssignedHeartbeat, nowMs: number): AssignedMember | Refusal {
    const { memberId, instanceId, memberEpoch } = request;
    const holderId = instanceId === null ? undefined : this.#byInstance.get(instanceId);
    if (instanceId !== null && holderId !== undefined && holderId !== memberId) {
      return fencedInstance(instanceId, memberId);
    }
    const member = this.#members.get(memberId);
    if (member === undefined) return unknownMember(memberId, this.id);
    if (memberEpoch === PAUSING_EPOCH && member.instanceId !== null) {
      member.epoch = PAUSING_EPOCH;
      member.revokedByMs = NEVER;
      this.#storeMember(member);
      return member;
    }
    this.#remove(member);
    this.#sinceMs = nowMs;
    return member;
  }

  /** Takes over what the member says of itself. True when anything is new. */
  #update(member: AssignedMember, request: AssignedHeartbeat): boolean {
    const names = request.subscribedNames?.toSorted() ?? member.subscribedNames;
    const asked = request.subscribedPattern ?? member.subscribedPattern;
    const pattern = asked === '' ? null : asked;
    const assignor = request.assignor ?? member.assignor;
    const rackId = request.rackId ?? member.rackId;
    const { clientId, clientHost } = request;
    const rebalanceTimeoutMs = request.rebalanceTimeoutMs < 0 ? member.rebalanceTimeoutMs : request.rebalanceTimeoutMs;
    const divides =
      !sameList(names, member.subscribedNames) || pattern !== member.subscribedPattern || assignor !== member.assignor;
    const displays =
      rackId !== member.rackId ||
      clientId !== member.clientId ||
      clientHost !== member.clientHost ||
      rebalanceTimeoutMs !== member.rebalanceTimeoutMs;
    if (!divides && !displays) return false;
    if (pattern !== member.subscribedPattern) member.matchedVersion = -1;
    member.subscribedNames = names;
    member.subscribedPattern = pattern;
    Object.assign(member, { assignor, rackId, clientId, clientHost, rebalanceTimeoutMs });
    if (divides) this.#raiseEpoch();
    return true;
  }

  /** Looks whether topics came, went or grew since the last time. */
  #followTopics(member: AssignedMember, topics: SubscribableTopics): void {
    const isSettled = topics.version === this.#topicsVersion && this.#groupEpoch === this.#assignmentEpoch;
    const divides = this.#lookUp(member, topics);
    if (!divides && isSettled) return;
    this.#topicsVersion = topics.version;
    const seen = [...this.subscribedNames()]
      .toSorted()
      .map((name) => {
        const topic = topics.find(name);
        return topic === undefined ? '' : `${topic.id}:${topic.partitions}`;
      })
      .join();
    if (seen === this.#topicsSeen && !divides) return;
    this.#topicsSeen = seen;
    if (this.#groupEpoch === this.#assignmentEpoch) this.#raiseEpoch();
  }

  /** Looks up what the member's pattern stands for. True when that is not what it was. */
  #lookUp(member: AssignedMember, topics: SubscribableTopics): boolean {
    if (member.matchedVersion === topics.version) return false;
    member.matchedVersion = topics.version;
    const { subscribedPattern: pattern } = member;
    const names = pattern === null ? [] : (topics.matching(pattern) ?? []).toSorted();
    if (sameList(names, member.matchedNames)) return false;
    member.matchedNames = names;
    this.#storeMember(member);
    return true;
  }

  #assign(topics: SubscribableTopics): void {
    const counts = new Map<string, number>();
    const assignees = [...this.#members.values()].map((member): Assignee => {
      const ids = new Set<string>();
      for (const name of member.subscription()) {
        const topic = topics.find(name);
        if (topic === undefined) continue;
        ids.add(topic.id);
        counts.set(topic.id, topic.partitions);
      }
      return { memberId: member.id, instanceId: member.instanceId, topics: ids, before: member.target };
    });
    if (this.kind === 'consumer') this.#assignor = this.#preferredAssignor();
    const assignor = CONSUMER_ASSIGNORS[this.#assignor] ?? assignShared;
    for (const [memberId, target] of assignor(assignees, counts)) {
      const member = this.#members.get(memberId);
      if (member === undefined || member.target.equals(target)) continue;
      member.target = target;
      this.#storeMember(member);
    }
    this.#assignmentEpoch = this.#groupEpoch;
    this.#store();
  }

  /** The one that most members prefer; the default where nobody says. */
  #preferredAssignor(): string {
    const votes = new Map<string, number>();
    let winner = DEFAULT_ASSIGNOR;
    for (const { assignor } of this.#members.values()) {
      if (assignor === null) continue;
      votes.set(assignor, (votes.get(assignor) ?? 0) + 1);
      if ((votes.get(assignor) ?? 0) > (votes.get(winner) ?? 0)) winner = assignor;
    }
    return winner;
  }

  // ---- offsets

  /**
   * Whether offsets may be committed, or fetched, in this name. A negative epoch is an administrator's; it may commit
   * while the group is empty.
   */
  checkOffsets(claim: MemberClaim): GroupError {
    if (claim.generation < 0 && claim.memberId === '') return this.#members.size === 0 ? 'none' : 'unknown-member';
    const member = this.#members.get(claim.memberId);
    if (member === undefined) return 'unknown-member';
    return claim.generation === member.epoch ? 'none' : 'stale-member-epoch';
  }

  // ---- time

  get dueMs(): number {
    let due = NEVER;
    for (const member of this.#members.values()) due = Math.min(due, member.dueMs);
    return due;
  }

  /** When the first member must have let go of partitions. */
  get revokeDueMs(): number {
    return this.#revokeDueMs;
  }

  /** Members that were not heard of for their session, or that did not let go of partitions in time, are gone. */
  expire(nowMs: number): void {
    this.#revokeDueMs = NEVER;
    for (const member of [...this.#members.values()]) {
      if (member.dueMs > nowMs) {
        this.#revokeDueMs = Math.min(this.#revokeDueMs, member.revokedByMs);
        continue;
      }
      this.#remove(member);
      this.#sinceMs = nowMs;
    }
  }

  // ---- state

  describe(): AssignedDescription {
    return {
      groupId: this.id,
      kind: this.kind,
      state: this.state,
      groupEpoch: this.#groupEpoch,
      assignmentEpoch: this.#assignmentEpoch,
      assignor: this.#assignor,
      members: [...this.#members.values()].map((member) => member.describe()),
    };
  }

  restore(stored: StoredAssignedGroup): void {
    this.#groupEpoch = stored.groupEpoch;
    this.#assignmentEpoch = stored.assignmentEpoch;
    this.#assignor = stored.assignor;
  }

  /** A member that was read back gets its whole session to show up. */
  restoreMember(member: AssignedMember, times: AssignedTimes, nowMs: number): void {
    this.#members.set(member.id, member);
    if (member.instanceId !== null) this.#byInstance.set(member.instanceId, member.id);
    if (this.kind === 'consumer') this.#owners.take(member.id, member.assigned.plus(member.revoking));
    member.deadlineMs = nowMs + times.sessionTimeoutMs;
    if (member.phase === 'revoking') member.revokedByMs = nowMs + member.rebalanceTimeoutMs;
  }

  /** Nothing of the group is left in the store. */
  delete(): void {
    for (const member of [...this.#members.values()]) this.#drop(member);
    this.#effects.remove(ASSIGNED_GROUP_PREFIX + this.id);
  }

  #remove(member: AssignedMember): void {
    this.#drop(member);
    this.#raiseEpoch();
  }

  #drop(member: AssignedMember): void {
    this.#members.delete(member.id);
    if (member.instanceId !== null) this.#byInstance.delete(member.instanceId);
    this.#owners.release(member.id, member.assigned.plus(member.revoking));
    this.#effects.remove(memberKey(this.id, member.id));
  }

  #raiseEpoch(): void {
    this.#groupEpoch++;
    this.#store();
  }

  #store(): void {
    const { kind } = this;
    const stored = {
      kind,
      groupEpoch: this.#groupEpoch,
      assignmentEpoch: this.#assignmentEpoch,
      assignor: this.#assignor,
    };
    this.#effects.put(ASSIGNED_GROUP_PREFIX + this.id, encodeAssignedGroup(stored));
  }

  #storeMember(member: AssignedMember): void {
    this.#effects.put(memberKey(this.id, member.id), encodeAssignedMember(member));
  }
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** A member that says everything of itself wants to be told everything. */
function saysAll(request: AssignedHeartbeat): boolean {
  const subscribes = request.subscribedNames !== null || request.subscribedPattern !== null;
  if (request.kind === 'share') return subscribes;
  return subscribes && request.rebalanceTimeoutMs >= 0 && request.owned !== null;
}

function accepted(
  member: AssignedMember,
  memberEpoch: number,
  times: AssignedTimes,
  assignment: PartitionSet | null,
): AssignedAnswer {
  const { heartbeatIntervalMs } = times;
  return { error: 'none', message: null, memberId: member.id, memberEpoch, heartbeatIntervalMs, assignment };
}

export function refused(request: AssignedHeartbeat, { error, message }: Refusal): AssignedAnswer {
  return { error, message, memberId: request.memberId, memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null };
}

function unknownMember(memberId: string, groupId: string): Refusal {
  return { error: 'unknown-member', message: `Member ${memberId} is not a member of group ${groupId}.` };
}

function fencedEpoch(member: AssignedMember, epoch: number): Refusal {
  return {
    error: 'fenced-member-epoch',
    message: `Member ${member.id} is at epoch ${member.epoch}, not ${epoch}; it must let go of everything and join again.`,
  };
}

function fencedInstance(instanceId: string, memberId: string): Refusal {
  return { error: 'fenced-instance', message: `Instance ${instanceId} belongs to another member than ${memberId}.` };
}

function unreleased(instanceId: string): Refusal {
  return { error: 'unreleased-instance', message: `Instance ${instanceId} is still used by another member.` };
}
