import { AssignedGroup, refused } from './assigned-group.js';
import {
  type AssignedAnswer,
  type AssignedDescription,
  type AssignedHeartbeat,
  type AssignedTimes,
  DEFAULT_ASSIGNED_TIMES,
  JOINING_EPOCH,
  PAUSING_EPOCH,
  type SubscribableTopics,
} from './assigned-requests.js';
import { CONSUMER_ASSIGNORS } from './assignor.js';
import type { GroupError } from './group-error.js';
import type { MemberClaim } from './group-requests.js';
import type { KeyValueEffects } from './key-value-effects.js';
import type { ReentryGuard } from './reentry-guard.js';
import {
  ASSIGNED_GROUP_PREFIX,
  ASSIGNED_MEMBER_PREFIX,
  decodeAssignedGroup,
  decodeAssignedMember,
  parseMemberKey,
} from './stored-assigned.js';
import type { AssignedMember } from './assigned-member.js';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * All groups whose partitions the broker assigns: consumer groups of the newer protocol (KIP-848) and share groups
 * (KIP-932). Reached through `GroupCoordinator.assigned`, and a deterministic machine as that is.
 */
export class AssignedGroups {
  readonly #effects: KeyValueEffects;
  readonly #guard: ReentryGuard;
  /** Whether another kind of group has this id; one of classic consumers that is empty makes room. */
  readonly #isTaken: (groupId: string) => boolean;
  readonly #groups = new Map<string, AssignedGroup>();
  /** Members that were read back before their group was. */
  readonly #orphans = new Map<string, AssignedMember[]>();
  #nextDueMs = NEVER;

  constructor(effects: KeyValueEffects, guard: ReentryGuard, isTaken: (groupId: string) => boolean) {
    this.#effects = effects;
    this.#guard = guard;
    this.#isTaken = isTaken;
  }

  /**
   * A member's one request: it joins (epoch 0), goes on, leaves (-1), or says that it will be back (-2, static
   * members). `invalid-request`, `invalid-group-id`, `unsupported-assignor`, `invalid-pattern`, `group-not-found`
   * where the id belongs to another kind of group, `unknown-member`, `fenced-member-epoch`, `fenced-instance`,
   * `unreleased-instance`.
   */
  heartbeat(
    request: AssignedHeartbeat,
    topics: SubscribableTopics,
    times: AssignedTimes,
    nowMs: number,
  ): AssignedAnswer {
    return this.#guard.run(() => {
      const fault = checkHeartbeat(request, topics);
      if (fault !== undefined) return refused(request, fault);
      const { groupId, kind } = request;
      const group = this.#find(request, nowMs);
      if (group === undefined) {
        return refused(request, { error: 'group-not-found', message: `Group ${groupId} is not a ${kind} group.` });
      }
      const answer = group.heartbeat(request, topics, times, nowMs);
      // Heartbeats move deadlines away; expire() finds out.
      this.#nextDueMs = Math.min(this.#nextDueMs, nowMs + times.sessionTimeoutMs, group.revokeDueMs);
      return answer;
    });
  }

  find(groupId: string): AssignedGroup | undefined {
    return this.#groups.get(groupId);
  }

  describe(groupId: string): AssignedDescription | undefined {
    return this.#groups.get(groupId)?.describe();
  }

  list(): readonly AssignedGroup[] {
    return [...this.#groups.values()];
  }

  /** Whether offsets may be committed or fetched in this name; `group-not-found` where there is no such group. */
  checkOffsets(groupId: string, claim: MemberClaim): GroupError {
    return this.#groups.get(groupId)?.checkOffsets(claim) ?? 'group-not-found';
  }

  /** For the coordinator: an empty group goes. */
  forget(group: AssignedGroup): void {
    group.delete();
    this.#groups.delete(group.id);
  }

  get nextDueMs(): number {
    return this.#nextDueMs;
  }

  /** For the coordinator, within a command of its own. */
  expire(nowMs: number): void {
    if (nowMs < this.#nextDueMs) return;
    this.#nextDueMs = NEVER;
    for (const group of this.#groups.values()) {
      group.expire(nowMs);
      this.#nextDueMs = Math.min(this.#nextDueMs, group.dueMs);
    }
  }

  /** One entry read back. False for keys of another kind; throws RangeError for a damaged entry. */
  restore(key: string, value: Uint8Array, nowMs: number): boolean {
    if (key.startsWith(ASSIGNED_GROUP_PREFIX)) {
      const stored = decodeAssignedGroup(value);
      const group = this.#add(
        new AssignedGroup(key.slice(ASSIGNED_GROUP_PREFIX.length), stored.kind, this.#effects, nowMs),
      );
      group.restore(stored);
      for (const member of this.#orphans.get(group.id) ?? []) this.#restoreMember(group, member, nowMs);
      this.#orphans.delete(group.id);
      return true;
    }
    if (!key.startsWith(ASSIGNED_MEMBER_PREFIX)) return false;
    const { groupId, memberId } = parseMemberKey(key);
    const member = decodeAssignedMember(memberId, value);
    const group = this.#groups.get(groupId);
    if (group !== undefined) this.#restoreMember(group, member, nowMs);
    else this.#orphans.set(groupId, [...(this.#orphans.get(groupId) ?? []), member]);
    return true;
  }

  #restoreMember(group: AssignedGroup, member: AssignedMember, nowMs: number): void {
    group.restoreMember(member, DEFAULT_ASSIGNED_TIMES, nowMs);
    this.#nextDueMs = Math.min(this.#nextDueMs, group.dueMs);
  }

  #find(request: AssignedHeartbeat, nowMs: number): AssignedGroup | undefined {
    const { groupId, kind, memberEpoch } = request;
    const group = this.#groups.get(groupId);
    if (group !== undefined) return group.kind === kind ? group : undefined;
    // Whoever does not join finds nobody in a group of its own, and is told that.
    const empty = new AssignedGroup(groupId, kind, this.#effects, nowMs);
    if (memberEpoch !== JOINING_EPOCH) return empty;
    return this.#isTaken(groupId) ? undefined : this.#add(empty);
  }

  #add(group: AssignedGroup): AssignedGroup {
    this.#groups.set(group.id, group);
    return group;
  }
}

/** What is wrong with a heartbeat by itself. */
function checkHeartbeat(
  request: AssignedHeartbeat,
  topics: SubscribableTopics,
): { readonly error: GroupError; readonly message: string } | undefined {
  const invalid = (message: string) => ({ error: 'invalid-request' as const, message });
  const { kind, memberEpoch, assignor, subscribedPattern } = request;
  if (request.groupId === '') return { error: 'invalid-group-id', message: "GroupId can't be empty." };
  if (request.memberId === '') return invalid("MemberId can't be empty.");
  if (request.instanceId === '') return invalid("InstanceId can't be empty.");
  if (request.rackId === '') return invalid("RackId can't be empty.");
  if (memberEpoch < PAUSING_EPOCH) return invalid(`MemberEpoch is ${memberEpoch}.`);
  if (memberEpoch === PAUSING_EPOCH && request.instanceId === null) {
    return invalid('Only a static member can leave for a while.');
  }
  if (assignor !== null && !Object.hasOwn(CONSUMER_ASSIGNORS, assignor)) {
    const names = Object.keys(CONSUMER_ASSIGNORS).join(', ');
    return { error: 'unsupported-assignor', message: `ServerAssignor ${assignor} is not supported, only ${names}.` };
  }
  if (subscribedPattern !== null && subscribedPattern !== '' && topics.matching(subscribedPattern) === undefined) {
    return { error: 'invalid-pattern', message: `SubscribedTopicRegex '${subscribedPattern}' cannot be read.` };
  }
  if (memberEpoch !== JOINING_EPOCH) return undefined;
  if (kind === 'consumer') {
    if (request.rebalanceTimeoutMs <= 0) return invalid('RebalanceTimeoutMs must be provided in first request.');
    if (request.owned === null || request.owned.size > 0) {
      return invalid('TopicPartitions must be empty when (re-)joining.');
    }
  }
  const names = request.subscribedNames ?? [];
  if (kind === 'share' ? names.length === 0 : request.subscribedNames === null && subscribedPattern === null) {
    return invalid('A subscription must be set in first request.');
  }
  return undefined;
}
