import { refusedJoin, refusedSync } from './group-answers.js';
import type { GroupError } from './group-error.js';
import { GroupMembership, metadataIn, NO_BYTES, type GroupMember } from './group-membership.js';
import type { GroupEffects, JoinAnswer, JoinRequest, SyncRequest } from './group-requests.js';
import { mayBecome, type GroupState } from './group-state.js';
import { encodeGroup, GROUP_PREFIX, type StoredGroup } from './stored-group.js';

/**
 * A member that joins for the first time does not know its id yet, so it can neither heartbeat nor be told that it
 * is late; its waiting join is given this long before the member is taken for gone.
 */
const NEW_MEMBER_PATIENCE_MS = 300_000;
/** Generations are 32-bit on the wire; after the last one the count starts again. */
const LAST_GENERATION = 0x7fff_ffff;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * The round that a group goes through again and again: joins gather, a generation is made of them, the leader's
 * assignments are handed out. What members ask, and whether they may, is in classic-group.ts. Every change is stored
 * before the first answer that tells of it.
 */
export class GroupCycle {
  readonly groupId: string;
  readonly members = new GroupMembership();
  /** Ids that were handed out with `member-id-required` and not used yet, with the time when they lapse. */
  readonly promisedIds = new Map<string, number>();
  readonly #effects: GroupEffects;
  readonly #initialDelayMs: number;
  /** Members of this generation that have not sent their sync. */
  readonly #unsynced = new Set<string>();
  #state: GroupState = 'empty';
  #sinceMs: number;
  #generation = 0;
  #protocol: string | null = null;
  protocolType: string | null = null;
  /** When a rebalance ends without those who did not join again. */
  #joinDeadlineMs = NEVER;
  /** When members that never sent their sync are taken for gone. */
  #syncDeadlineMs = NEVER;
  /** While the first members of an empty group gather: how long that may go on, and whether somebody just came. */
  #gathering: { readonly untilMs: number; joinedMeanwhile: boolean } | null = null;

  constructor(groupId: string, effects: GroupEffects, initialDelayMs: number, nowMs: number) {
    this.groupId = groupId;
    this.#effects = effects;
    this.#initialDelayMs = initialDelayMs;
    this.#sinceMs = nowMs;
  }

  get state(): GroupState {
    return this.#state;
  }

  /** When the group came into its state. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  get generation(): number {
    return this.#generation;
  }

  /** The one that was voted for; null without members. */
  get protocol(): string | null {
    return this.#protocol;
  }

  /** Takes over a group that was read back. Its members get their whole session to show up, its round its whole time. */
  restore(stored: StoredGroup, nowMs: number): void {
    for (const member of stored.members) {
      const deadlineMs = nowMs + member.sessionTimeoutMs;
      this.members.add({ ...member, isNew: false, joinToken: null, syncToken: null, deadlineMs });
      if (stored.state === 'completing-rebalance') this.#unsynced.add(member.id);
    }
    this.#state = stored.state;
    this.#sinceMs = stored.sinceMs;
    this.#generation = stored.generation;
    this.protocolType = stored.protocolType;
    this.#protocol = stored.protocol;
    this.members.leader = stored.leader;
    const deadlineMs = nowMs + this.members.rebalanceTimeoutMs;
    if (stored.state === 'preparing-rebalance') this.#joinDeadlineMs = deadlineMs;
    if (stored.state === 'completing-rebalance') this.#syncDeadlineMs = deadlineMs;
  }

  // ---- joins

  /** Lets the join of a newcomer wait, and a rebalance begin. */
  admit(member: Omit<GroupMember, 'deadlineMs'>, nowMs: number): void {
    this.promisedIds.delete(member.id);
    if (this.#gathering !== null) this.#gathering.joinedMeanwhile = true;
    this.members.add({ ...member, deadlineMs: nowMs + NEW_MEMBER_PATIENCE_MS });
    this.rebalance(nowMs);
  }

  /** Lets the join of a member wait that is already in the group; what it says of itself is taken over. */
  wait(member: GroupMember, request: JoinRequest, nowMs: number): void {
    this.members.update(member, request);
    const older = this.members.park(member, request.token);
    member.deadlineMs = member.isNew ? nowMs + NEW_MEMBER_PATIENCE_MS : NEVER;
    if (older !== null) this.#effects.joined(older, refusedJoin('rebalance-in-progress', member.id));
  }

  /** Ends the wait of a member's join, if it waits; either way its session starts anew. */
  resume(member: GroupMember, answer: JoinAnswer, nowMs: number): void {
    const token = this.members.takeJoin(member);
    this.resetSession(member, nowMs);
    if (token !== null) this.#effects.joined(token, answer);
  }

  /**
   * Puts a static member's new incarnation in the old one's place and lets its join wait. Whatever of the old one
   * waits is sent away.
   */
  succeed(old: GroupMember, request: JoinRequest, nowMs: number): GroupMember {
    this.#sendAway(old, 'fenced-instance', old.id);
    const member = this.members.replace(old, request);
    if (this.#unsynced.delete(old.id)) this.#unsynced.add(member.id);
    this.wait(member, request, nowMs);
    return member;
  }

  /** What this generation is, as the member is told. */
  joinAnswer(member: GroupMember): JoinAnswer {
    const leader = this.members.leader ?? '';
    const members =
      member.id !== leader
        ? []
        : [...this.members].map((other) => ({
            memberId: other.id,
            instanceId: other.instanceId,
            metadata: metadataIn(other, this.#protocol),
          }));
    return {
      error: 'none',
      memberId: member.id,
      generation: this.#generation,
      protocolType: this.protocolType,
      protocol: this.#protocol,
      leader,
      skipAssignment: false,
      members,
    };
  }

  /** Starts a rebalance, or ends one for which nobody is missing any more. */
  rebalance(nowMs: number): void {
    if (mayBecome(this.#state, 'preparing-rebalance')) this.#prepare(nowMs);
    else if (this.#gathering === null && this.#everybodyIsHere()) this.#makeGeneration(nowMs);
  }

  #everybodyIsHere(): boolean {
    return this.members.size === 0 || (this.members.allWait && this.promisedIds.size === 0);
  }

  #prepare(nowMs: number): void {
    const fromEmpty = this.#state === 'empty';
    if (this.#state === 'completing-rebalance') {
      for (const member of this.members) member.assignment = NO_BYTES;
    }
    this.#unsynced.clear();
    this.#syncDeadlineMs = NEVER;
    this.#become('preparing-rebalance', nowMs);
    for (const member of this.members) {
      const token = member.syncToken;
      if (token === null) continue;
      member.syncToken = null;
      this.resetSession(member, nowMs);
      this.#effects.synced(token, refusedSync('rebalance-in-progress'));
    }
    const patienceMs = this.members.rebalanceTimeoutMs;
    if (fromEmpty && this.#initialDelayMs > 0) {
      this.#gathering = { untilMs: nowMs + patienceMs, joinedMeanwhile: false };
      this.#joinDeadlineMs = nowMs + this.#initialDelayMs;
    } else if (fromEmpty || this.#everybodyIsHere()) {
      this.#makeGeneration(nowMs);
    } else {
      this.#joinDeadlineMs = nowMs + patienceMs;
    }
  }

  /** The time for joining is over; only a group that still gathers its first members may be given more. */
  #endJoining(nowMs: number): void {
    if (this.#gathering?.joinedMeanwhile === true && nowMs < this.#gathering.untilMs) {
      this.#gathering.joinedMeanwhile = false;
      this.#joinDeadlineMs = Math.min(nowMs + this.#initialDelayMs, this.#gathering.untilMs);
    } else {
      this.#makeGeneration(nowMs);
    }
  }

  #makeGeneration(nowMs: number): void {
    for (const member of this.members) {
      if (member.joinToken === null && member.instanceId === null) this.members.remove(member);
    }
    if (this.members.size > 0 && !this.members.electWaitingLeader()) {
      // Only static members are left and none of them is here: their sessions decide.
      this.#joinDeadlineMs = nowMs + this.members.rebalanceTimeoutMs;
      this.store();
      return;
    }
    this.#gathering = null;
    this.#joinDeadlineMs = NEVER;
    this.#generation = this.#generation === LAST_GENERATION ? 1 : this.#generation + 1;
    if (this.members.size === 0) {
      this.#protocol = null;
      this.#become('empty', nowMs);
      this.store();
      return;
    }
    this.#protocol = this.members.vote();
    this.#syncDeadlineMs = nowMs + this.members.rebalanceTimeoutMs;
    for (const member of this.members) {
      member.isNew = false;
      this.#unsynced.add(member.id);
    }
    this.#become('completing-rebalance', nowMs);
    this.store();
    for (const member of this.members) this.resume(member, this.joinAnswer(member), nowMs);
  }

  // ---- syncs

  /** A member of this generation, completing or stable, asks for its assignment; the leader brings everybody's. */
  sync(member: GroupMember, request: SyncRequest, nowMs: number): void {
    this.#unsynced.delete(member.id);
    if (this.#unsynced.size === 0) this.#syncDeadlineMs = NEVER;
    if (this.#state === 'stable') {
      this.resetSession(member, nowMs);
      this.#answerSync(member, request.token);
      return;
    }
    const older = member.syncToken;
    member.syncToken = request.token;
    member.deadlineMs = NEVER;
    if (older !== null) this.#effects.synced(older, refusedSync('rebalance-in-progress'));
    if (member.id === this.members.leader) this.#assign(request, nowMs);
  }

  #assign(request: SyncRequest, nowMs: number): void {
    const shares = new Map(request.assignments.map((share) => [share.memberId, share.assignment]));
    for (const member of this.members) member.assignment = shares.get(member.id)?.slice() ?? NO_BYTES;
    this.#become('stable', nowMs);
    this.store();
    for (const member of this.members) {
      const token = member.syncToken;
      if (token === null) continue;
      member.syncToken = null;
      this.resetSession(member, nowMs);
      this.#answerSync(member, token);
    }
  }

  #answerSync(member: GroupMember, token: number): void {
    const { protocolType, protocol } = this;
    this.#effects.synced(token, { error: 'none', protocolType, protocol, assignment: member.assignment });
  }

  // ---- leaving

  remove(member: GroupMember): void {
    this.#sendAway(member, 'unknown-member', '');
    this.#unsynced.delete(member.id);
    this.members.remove(member);
  }

  /** These members have been removed, or a promised id has; now what follows for the others. */
  goOnWithout(gone: readonly GroupMember[], nowMs: number): void {
    if (this.#state === 'preparing-rebalance' || gone.length > 0) this.rebalance(nowMs);
    // Where a generation was made of the rest, it is stored already.
    if (this.#state === 'preparing-rebalance' && gone.some((member) => !member.isNew)) this.store();
  }

  #sendAway(member: GroupMember, error: GroupError, memberId: string): void {
    const joinToken = this.members.takeJoin(member);
    const { syncToken } = member;
    member.syncToken = null;
    if (joinToken !== null) this.#effects.joined(joinToken, refusedJoin(error, memberId));
    if (syncToken !== null) this.#effects.synced(syncToken, refusedSync(error));
  }

  // ---- time

  resetSession(member: GroupMember, nowMs: number): void {
    if (member.joinToken !== null || member.syncToken !== null) return;
    member.deadlineMs = nowMs + member.sessionTimeoutMs;
  }

  /** Nothing happens by itself before this; Infinity when nothing will. */
  nextDueMs(): number {
    let due = Math.min(this.#joinDeadlineMs, this.#syncDeadlineMs);
    for (const deadlineMs of this.promisedIds.values()) due = Math.min(due, deadlineMs);
    for (const member of this.members) due = Math.min(due, member.deadlineMs);
    return due;
  }

  /** Does all that is due. */
  expire(nowMs: number): void {
    let promiseGone = false;
    for (const [id, deadlineMs] of this.promisedIds) {
      if (deadlineMs <= nowMs) promiseGone = this.promisedIds.delete(id);
    }
    const late = [...this.members].filter((member) => member.deadlineMs <= nowMs);
    for (const member of late) this.remove(member);
    if (promiseGone || late.length > 0) this.goOnWithout(late, nowMs);

    if (this.#joinDeadlineMs <= nowMs) this.#endJoining(nowMs);
    if (this.#syncDeadlineMs <= nowMs) {
      this.#syncDeadlineMs = NEVER;
      const silent = [...this.members].filter((member) => this.#unsynced.has(member.id));
      for (const member of silent) this.remove(member);
      this.goOnWithout(silent, nowMs);
    }
  }

  // ---- state

  /** Empty groups only. Nothing of the group is left in the store. */
  delete(): void {
    this.#become('dead', this.#sinceMs);
    if (this.#generation > 0) this.#effects.remove(GROUP_PREFIX + this.groupId);
  }

  store(): void {
    const members = [...this.members].filter((member) => !member.isNew);
    const leaderStays = members.some((member) => member.id === this.members.leader);
    this.#effects.put(
      GROUP_PREFIX + this.groupId,
      encodeGroup({
        state: members.length === 0 ? 'empty' : this.#state,
        generation: this.#generation,
        sinceMs: this.#sinceMs,
        protocolType: this.protocolType,
        protocol: this.#protocol,
        leader: leaderStays ? this.members.leader : (members[0]?.id ?? null),
        members,
      }),
    );
  }

  #become(state: GroupState, nowMs: number): void {
    if (!mayBecome(this.#state, state)) throw new Error(`group ${this.groupId}: ${this.#state} cannot become ${state}`);
    this.#state = state;
    this.#sinceMs = nowMs;
  }
}
