import { AssignedGroups } from './assigned-groups.js';
import { refusedJoin, refusedSync } from './group-answers.js';
import { ClassicGroup } from './classic-group.js';
import { CommittedOffsets } from './committed-offsets.js';
import type { GroupError } from './group-error.js';
import type {
  GroupDescription,
  GroupEffects,
  GroupListing,
  JoinRequest,
  LeavingMember,
  MemberClaim,
  SyncRequest,
} from './group-requests.js';
import { ReentryGuard } from './reentry-guard.js';
import { ASSIGNED_GROUP_PREFIX } from './stored-assigned.js';
import { decodeGroup, GROUP_PREFIX } from './stored-group.js';

export interface GroupOptions {
  /** How long an empty group gathers its first members before it makes a generation of them. */
  readonly initialRebalanceDelayMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** How long offsets outlive their group's last member, or a lone commit itself; Infinity: for ever (KIP-211). */
  readonly offsetRetentionMs: number;
}

/** Kafka's own, except that nobody waits for a first rebalance and no offset is lost with time. */
export const DEFAULT_GROUP_OPTIONS: GroupOptions = {
  initialRebalanceDelayMs: 0,
  minSessionTimeoutMs: 6_000,
  maxSessionTimeoutMs: 1_800_000,
  offsetRetentionMs: Number.POSITIVE_INFINITY,
};

/** How often abandoned groups and outdated offsets are looked for, and how long an abandoned group stays at least. */
const SWEEP_MS = 600_000;

/**
 * All groups: consumer groups of the classic protocol, those whose partitions the broker assigns, and their offsets. A deterministic machine: every command says what
 * time it is (whole ms since the epoch, never going back), and {@link nextDueMs} says when it wants to be called
 * without a command. Answers that must wait go out through the effects under the caller's token, those of join and
 * sync always, the others are returned. An answer holds once the flush is stable that was gathering when it was given.
 */
export class GroupCoordinator {
  /** What the groups have committed. */
  readonly offsets: CommittedOffsets;
  /** The groups whose partitions the broker assigns; their ids are none of a classic group's. */
  readonly assigned: AssignedGroups;
  readonly #effects: GroupEffects;
  readonly #options: GroupOptions;
  readonly #guard = new ReentryGuard();
  readonly #groups = new Map<string, ClassicGroup>();
  /** No group has anything to do before this. Heartbeats move deadlines away from it; {@link expire} finds out. */
  #nextDueMs = Number.POSITIVE_INFINITY;
  /** Infinity while there are no groups. */
  #nextSweepMs = Number.POSITIVE_INFINITY;

  constructor(effects: GroupEffects, options: Partial<GroupOptions> = {}) {
    this.#effects = effects;
    this.#options = { ...DEFAULT_GROUP_OPTIONS, ...options };
    this.offsets = new CommittedOffsets(
      effects,
      {
        checkCommit: (groupId, claim, transactional, nowMs) => this.#checkCommit(groupId, claim, transactional, nowMs),
        keepGroup: (groupId, nowMs) => {
          if (!this.#groups.has(groupId) && this.assigned.find(groupId) === undefined) this.#addGroup(groupId, nowMs);
        },
        isEmpty: (groupId) => {
          const assigned = this.assigned.find(groupId);
          return assigned === undefined ? this.#isEmpty(groupId) : assigned.size === 0;
        },
      },
      this.#guard,
    );
    this.assigned = new AssignedGroups(effects, this.#guard, (groupId) => !this.#makesRoom(groupId));
  }

  /**
   * Asks to be in the next generation. Answered through `joined`: at once when refused or when nobody is waited for.
   * `invalid-group-id`, `invalid-session-timeout`, `inconsistent-protocol`, `member-id-required`, `unknown-member`,
   * `fenced-instance`; a join that the same member sends again takes over from the first one, which is answered
   * `rebalance-in-progress`.
   */
  join(request: JoinRequest, nowMs: number): void {
    this.#guard.run(() => {
      const group = this.#groups.get(request.groupId);
      const error = this.#replacesAssigned(request)
        ? this.#checkJoin(request, group !== undefined)
        : 'inconsistent-protocol';
      if (error !== 'none') {
        this.#effects.joined(request.token, refusedJoin(error, request.memberId));
        return;
      }
      const { sessionTimeoutMs, rebalanceTimeoutMs } = request;
      const sane = rebalanceTimeoutMs <= 0 ? { ...request, rebalanceTimeoutMs: sessionTimeoutMs } : request;
      this.#after(group ?? this.#addGroup(request.groupId, nowMs), (joined) => joined.join(sane, nowMs));
    });
  }

  /**
   * Fetches the member's assignment; the leader's brings everybody's. Answered through `synced`: for followers when
   * the leader's has come. `unknown-member`, `fenced-instance`, `illegal-generation`, `inconsistent-protocol`,
   * `rebalance-in-progress`.
   */
  sync(request: SyncRequest, nowMs: number): void {
    this.#guard.run(() => {
      const group = this.#groups.get(request.groupId);
      if (group === undefined) this.#effects.synced(request.token, refusedSync(missing(request.groupId)));
      else this.#after(group, () => group.sync(request, nowMs));
    });
  }

  /**
   * The member is alive. `none`, or `rebalance-in-progress`: it should join again; `unknown-member`,
   * `fenced-instance`, `illegal-generation`.
   */
  heartbeat(groupId: string, claim: MemberClaim, nowMs: number): GroupError {
    this.#guard.assertIdle();
    return this.#groups.get(groupId)?.heartbeat(claim, nowMs) ?? missing(groupId);
  }

  /** One answer for each who leaves, in order: `none`, `unknown-member`, `fenced-instance`. */
  leave(groupId: string, leaving: readonly LeavingMember[], nowMs: number): readonly GroupError[] {
    return this.#guard.run(() => {
      const group = this.#groups.get(groupId);
      if (group === undefined) return leaving.map(() => missing(groupId));
      return this.#after(group, () => group.leave(leaving, nowMs));
    });
  }

  /** Undefined for a group that does not exist. */
  describe(groupId: string): GroupDescription | undefined {
    return this.#groups.get(groupId)?.describe();
  }

  list(): readonly GroupListing[] {
    return [...this.#groups.values()].map(({ id, protocolType, state }) => ({ groupId: id, protocolType, state }));
  }

  /** Deletes the group and its offsets, staged ones too. `group-not-found`, `group-not-empty`. */
  delete(groupId: string): GroupError {
    return this.#guard.run(() => {
      const assigned = this.assigned.find(groupId);
      if (assigned !== undefined) {
        if (assigned.size > 0) return 'group-not-empty';
        this.assigned.forget(assigned);
        this.offsets.dropGroup(groupId);
        return 'none';
      }
      const group = this.#groups.get(groupId);
      if (group === undefined) return 'group-not-found';
      if (group.state !== 'empty') return 'group-not-empty';
      this.#forget(group);
      return 'none';
    });
  }

  /** When {@link expire} wants to be called next, at the earliest; Infinity when there is nothing to wait for. */
  get nextDueMs(): number {
    return Math.min(this.#nextDueMs, this.#nextSweepMs, this.assigned.nextDueMs);
  }

  /**
   * Does all that is due: members whose session ended go, rebalances that waited long enough go on. After a time in
   * which the caller did not run, what has arrived meanwhile should be handled before.
   */
  expire(nowMs: number): void {
    this.#guard.run(() => {
      if (nowMs >= this.#nextDueMs) {
        for (const group of this.#groups.values()) group.expire(nowMs);
        this.#nextDueMs = Number.POSITIVE_INFINITY;
        for (const group of this.#groups.values()) this.#nextDueMs = Math.min(this.#nextDueMs, group.nextDueMs());
      }
      this.assigned.expire(nowMs);
      if (this.assigned.list().length > 0) this.#nextSweepMs = Math.min(this.#nextSweepMs, nowMs + SWEEP_MS);
      if (nowMs >= this.#nextSweepMs) this.#sweep(nowMs);
    });
  }

  /**
   * One stored entry read back, before the first command; the order of the entries does not matter. False for a key
   * that is not of this machine. Throws RangeError for a damaged value; then nothing of it was taken over.
   */
  restore(key: string, value: Uint8Array, nowMs: number): boolean {
    this.#guard.assertIdle();
    if (this.assigned.restore(key, value, nowMs)) {
      // An offset may have called a group of the other kind into being.
      if (key.startsWith(ASSIGNED_GROUP_PREFIX)) this.#groups.delete(key.slice(ASSIGNED_GROUP_PREFIX.length));
      return true;
    }
    if (!key.startsWith(GROUP_PREFIX)) return this.offsets.restore(key, value, nowMs);
    const stored = decodeGroup(value);
    const groupId = key.slice(GROUP_PREFIX.length);
    // A group that some offset has called into being is known under its id only: nothing is lost with it.
    this.#groups.delete(groupId);
    this.#after(this.#addGroup(groupId, nowMs), (group) => group.restore(stored, nowMs));
    return true;
  }

  /** Takes the place of an empty consumer group of the newer protocol. False when the id is not to be had. */
  #replacesAssigned(request: JoinRequest): boolean {
    const assigned = this.assigned.find(request.groupId);
    if (assigned === undefined) return true;
    if (assigned.kind !== 'consumer' || assigned.size > 0) return false;
    this.assigned.forget(assigned);
    return true;
  }

  /** Whether a group of another kind may have the id: nobody has it, or an empty group, which then is no more. */
  #makesRoom(groupId: string): boolean {
    const group = this.#groups.get(groupId);
    if (group === undefined) return true;
    if (!group.abandoned) return false;
    group.delete();
    this.#groups.delete(groupId);
    return true;
  }

  #isEmpty(groupId: string): boolean | undefined {
    const group = this.#groups.get(groupId);
    return group === undefined ? undefined : group.state === 'empty';
  }

  #checkCommit(groupId: string, claim: MemberClaim, transactional: boolean, nowMs: number): GroupError {
    const assigned = this.assigned.find(groupId);
    if (assigned !== undefined) {
      // Producers before KIP-447 say nothing about the member, and the newer error is none of a transaction's.
      if (transactional && claim.generation < 0 && claim.memberId === '') return 'none';
      const error = assigned.kind === 'share' ? 'group-not-found' : assigned.checkOffsets(claim);
      return transactional && error === 'stale-member-epoch' ? 'illegal-generation' : error;
    }
    const group = this.#groups.get(groupId);
    if (group !== undefined) return group.checkCommit(claim, transactional, nowMs);
    return claim.generation < 0 ? 'none' : 'illegal-generation';
  }

  #checkJoin(request: JoinRequest, exists: boolean): GroupError {
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#options;
    if (request.groupId === '') return 'invalid-group-id';
    if (request.sessionTimeoutMs < minSessionTimeoutMs || request.sessionTimeoutMs > maxSessionTimeoutMs) {
      return 'invalid-session-timeout';
    }
    return exists || request.memberId === '' ? 'none' : 'unknown-member';
  }

  #addGroup(groupId: string, nowMs: number): ClassicGroup {
    const group = new ClassicGroup(groupId, this.#effects, this.#options.initialRebalanceDelayMs, nowMs);
    this.#groups.set(groupId, group);
    this.#nextSweepMs = Math.min(this.#nextSweepMs, nowMs + SWEEP_MS);
    return group;
  }

  /** Runs a command on the group and takes note of what it waits for then. */
  #after<T>(group: ClassicGroup, command: (group: ClassicGroup) => T): T {
    const answer = command(group);
    this.#nextDueMs = Math.min(this.#nextDueMs, group.nextDueMs());
    return answer;
  }

  #sweep(nowMs: number): void {
    const { offsetRetentionMs } = this.#options;
    for (const group of this.assigned.list()) {
      if (group.size > 0 || group.kind === 'share') continue;
      if (offsetRetentionMs !== Number.POSITIVE_INFINITY && group.sinceMs <= nowMs - offsetRetentionMs) {
        this.offsets.dropOlder(group.id, nowMs);
      }
      if (group.sinceMs + SWEEP_MS <= nowMs && !this.offsets.holds(group.id)) this.assigned.forget(group);
    }
    for (const group of this.#groups.values()) {
      if (!group.abandoned) continue;
      // Where there never were members, each offset has its own time; else the group's leaving counts for all.
      const limitMs = nowMs - offsetRetentionMs;
      if (offsetRetentionMs !== Number.POSITIVE_INFINITY) {
        if (group.protocolType === '') this.offsets.dropOlder(group.id, limitMs);
        else if (group.sinceMs <= limitMs) this.offsets.dropOlder(group.id, nowMs);
      }
      if (group.sinceMs + SWEEP_MS <= nowMs && !this.offsets.holds(group.id)) this.#forget(group);
    }
    const any = this.#groups.size > 0 || this.assigned.list().length > 0;
    this.#nextSweepMs = !any ? Number.POSITIVE_INFINITY : nowMs + SWEEP_MS;
  }

  #forget(group: ClassicGroup): void {
    group.delete();
    this.offsets.dropGroup(group.id);
    this.#groups.delete(group.id);
  }
}

/** The answer of whatever names a group that does not exist. */
function missing(groupId: string): GroupError {
  return groupId === '' ? 'invalid-group-id' : 'unknown-member';
}
