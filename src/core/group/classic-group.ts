import { refusedJoin, refusedSync } from './group-answers.js';
import { GroupCycle } from './group-cycle.js';
import type { GroupError } from './group-error.js';
import { keptProtocols, metadataIn, NO_BYTES, offersTheSame, type GroupMember } from './group-membership.js';
import type {
  GroupDescription,
  GroupEffects,
  JoinRequest,
  LeavingMember,
  MemberClaim,
  SyncRequest,
} from './group-requests.js';
import type { GroupState } from './group-state.js';
import type { StoredGroup } from './stored-group.js';

/**
 * One group of Kafka's classic protocol, as its members meet it: who may join, sync, heartbeat, leave and commit, and
 * what they are told (KIP-62, 134, 345, 394, 559, 814). All times are absolute ms. Nothing here knows of other groups
 * or of offsets.
 */
export class ClassicGroup {
  readonly id: string;
  readonly #effects: GroupEffects;
  readonly #cycle: GroupCycle;

  constructor(id: string, effects: GroupEffects, initialDelayMs: number, nowMs: number) {
    this.id = id;
    this.#effects = effects;
    this.#cycle = new GroupCycle(id, effects, initialDelayMs, nowMs);
  }

  /** Takes over what was stored; for a group that was just made. */
  restore(stored: StoredGroup, nowMs: number): void {
    this.#cycle.restore(stored, nowMs);
  }

  get state(): GroupState {
    return this.#cycle.state;
  }

  /** When the group came into its state. */
  get sinceMs(): number {
    return this.#cycle.sinceMs;
  }

  /** Empty for a group that never had members. */
  get protocolType(): string {
    return this.#cycle.protocolType ?? '';
  }

  /** Whether nobody is in it or about to come in. */
  get abandoned(): boolean {
    return this.#cycle.state === 'empty' && this.#cycle.promisedIds.size === 0;
  }

  join(request: JoinRequest, nowMs: number): void {
    const { memberId, instanceId, newMemberId } = request;
    if (!this.#admits(request)) {
      this.#refuseJoin(request, 'inconsistent-protocol');
    } else if (this.#cycle.promisedIds.has(memberId)) {
      // Only members without an instance id are ever sent away with a promise.
      if (instanceId === null) this.#addMember(memberId, request, nowMs);
      else this.#refuseJoin(request, 'unknown-member');
    } else if (memberId !== '') {
      this.#joinAgain(request, nowMs);
    } else if (instanceId !== null) {
      const known = this.#cycle.members.byInstance(instanceId);
      if (known === undefined) this.#addMember(newMemberId, request, nowMs);
      else this.#joinAsSuccessor(known, request, nowMs);
    } else if (request.memberIdRequired) {
      this.#cycle.promisedIds.set(newMemberId, nowMs + request.sessionTimeoutMs);
      this.#effects.joined(request.token, refusedJoin('member-id-required', newMemberId));
    } else {
      this.#addMember(newMemberId, request, nowMs);
    }
  }

  sync(request: SyncRequest, nowMs: number): void {
    const error = this.#checkSync(request);
    const member = this.#cycle.members.get(request.memberId);
    if (error === 'none' && member !== undefined) this.#cycle.sync(member, request, nowMs);
    else this.#effects.synced(request.token, refusedSync(error));
  }

  heartbeat(claim: MemberClaim, nowMs: number): GroupError {
    const error = this.#checkClaim(claim);
    if (error !== 'none') return error;
    this.#signOfLife(claim, nowMs);
    return this.#cycle.state === 'preparing-rebalance' ? 'rebalance-in-progress' : 'none';
  }

  /** One answer for each who leaves, in order; then one rebalance for all of them. */
  leave(leaving: readonly LeavingMember[], nowMs: number): readonly GroupError[] {
    const gone: GroupMember[] = [];
    let promiseGone = false;
    const answers = leaving.map((who): GroupError => {
      if (this.#cycle.promisedIds.delete(who.memberId)) {
        promiseGone = true;
        return 'none';
      }
      const member = this.#leaver(who);
      if (typeof member === 'string') return member;
      this.#cycle.remove(member);
      gone.push(member);
      return 'none';
    });
    if (promiseGone || gone.length > 0) this.#cycle.goOnWithout(gone, nowMs);
    return answers;
  }

  /**
   * Whether offsets may be committed in this name. A member's commit counts as a sign of life. A claim with a
   * negative generation is a consumer outside the group protocol, which may commit while the group is empty; inside
   * a transaction it may always (producers before KIP-447 say nothing about the member).
   */
  checkCommit(claim: MemberClaim, transactional: boolean, nowMs: number): GroupError {
    if (claim.generation < 0 && this.#cycle.state === 'empty') return 'none';
    if (claim.generation >= 0 || claim.memberId !== '' || claim.instanceId !== null) {
      const error = this.#checkClaim(claim);
      if (error !== 'none') return error;
    } else if (!transactional) {
      return 'unknown-member';
    }
    if (transactional) return 'none';
    // The member has not got its assignment: what it commits, it read as a member of the generation before.
    if (this.#cycle.state === 'completing-rebalance') return 'rebalance-in-progress';
    this.#signOfLife(claim, nowMs);
    return 'none';
  }

  describe(): GroupDescription {
    const { members, state, generation, protocol } = this.#cycle;
    const stable = state === 'stable';
    return {
      groupId: this.id,
      state,
      generation,
      protocolType: this.protocolType,
      protocol: stable ? (protocol ?? '') : '',
      members: [...members].map((member) => ({
        memberId: member.id,
        instanceId: member.instanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        metadata: stable ? metadataIn(member, protocol) : NO_BYTES,
        assignment: member.assignment,
      })),
    };
  }

  /** Nothing happens by itself before this; Infinity when nothing will. */
  nextDueMs(): number {
    return this.#cycle.nextDueMs();
  }

  /** Does all that is due. */
  expire(nowMs: number): void {
    this.#cycle.expire(nowMs);
  }

  /** Empty groups only. Nothing of the group is left in the store. */
  delete(): void {
    this.#cycle.delete();
  }

  /** A group without members takes any protocol; after that whoever joins must share one with everybody. */
  #admits(request: JoinRequest): boolean {
    if (request.protocolType === '' || request.protocols.length === 0) return false;
    if (this.#cycle.members.size === 0) return true;
    return request.protocolType === this.#cycle.protocolType && this.#cycle.members.sharesOneOf(request.protocols);
  }

  #addMember(id: string, request: JoinRequest, nowMs: number): void {
    const { instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs } = request;
    if (this.#cycle.members.size === 0) this.#cycle.protocolType = request.protocolType;
    this.#cycle.admit(
      {
        id,
        instanceId,
        clientId,
        clientHost,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        protocols: keptProtocols(request.protocols),
        assignment: NO_BYTES,
        isNew: true,
        joinToken: request.token,
        syncToken: null,
      },
      nowMs,
    );
  }

  #joinAgain(request: JoinRequest, nowMs: number): void {
    const { members, state } = this.#cycle;
    const error = members.identify(request);
    const member = members.get(request.memberId);
    if (error !== 'none' || member === undefined) {
      this.#refuseJoin(request, error);
      return;
    }
    const unchanged = offersTheSame(member, request.protocols);
    // A leader that joins a stable group again asks for a rebalance: what it divides has changed. Anybody else with
    // nothing new has merely lost an answer.
    const stays = state === 'completing-rebalance' || (state === 'stable' && member.id !== members.leader);
    if (unchanged && stays) {
      this.#cycle.resetSession(member, nowMs);
      this.#effects.joined(request.token, this.#cycle.joinAnswer(member));
    } else {
      this.#cycle.wait(member, request, nowMs);
      this.#cycle.rebalance(nowMs);
    }
  }

  /** A static member came back without its id: it takes the place that its instance id holds. */
  #joinAsSuccessor(old: GroupMember, request: JoinRequest, nowMs: number): void {
    const cycle = this.#cycle;
    const leaderBefore = cycle.members.leader ?? '';
    const member = cycle.succeed(old, request, nowMs);
    // While assignments are outstanding, the leader may be giving one to the old id at this moment.
    if (cycle.state !== 'stable' || cycle.members.vote() !== cycle.protocol) {
      cycle.rebalance(nowMs);
      return;
    }
    cycle.store();
    const answer = cycle.joinAnswer(member);
    const skipAssignment = member.id === cycle.members.leader;
    // An older client that was told that it leads would assign anew. Told the id that led before, it follows and
    // fetches what it had.
    const told = request.canSkipAssignment
      ? { ...answer, skipAssignment }
      : { ...answer, leader: leaderBefore, members: [] };
    cycle.resume(member, told, nowMs);
  }

  #leaver(who: LeavingMember): GroupMember | GroupError {
    const { members } = this.#cycle;
    if (who.memberId === '') {
      return (who.instanceId === null ? undefined : members.byInstance(who.instanceId)) ?? 'unknown-member';
    }
    const error = members.identify(who);
    return error === 'none' ? (members.get(who.memberId) ?? 'unknown-member') : error;
  }

  #checkClaim(claim: MemberClaim): GroupError {
    const error = this.#cycle.members.identify(claim);
    if (error !== 'none') return error;
    return claim.generation === this.#cycle.generation ? 'none' : 'illegal-generation';
  }

  #checkSync(request: SyncRequest): GroupError {
    const error = this.#checkClaim(request);
    if (error !== 'none') return error;
    const otherType = request.protocolType !== null && request.protocolType !== this.#cycle.protocolType;
    const otherProtocol = request.protocol !== null && request.protocol !== this.#cycle.protocol;
    if (otherType || otherProtocol) return 'inconsistent-protocol';
    return this.#cycle.state === 'preparing-rebalance' ? 'rebalance-in-progress' : 'none';
  }

  #signOfLife(claim: MemberClaim, nowMs: number): void {
    const member = this.#cycle.members.get(claim.memberId);
    if (member !== undefined) this.#cycle.resetSession(member, nowMs);
  }

  #refuseJoin(request: JoinRequest, error: GroupError): void {
    this.#effects.joined(request.token, refusedJoin(error, request.memberId));
  }
}
