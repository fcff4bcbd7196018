import type { AssignedKind, AssignedMemberDescription } from './assigned-requests.js';
import type { PartitionOwners } from './partition-owners.js';
import { PartitionSet } from './partition-set.js';

/**
 * How far a member has come towards its target.
 *
 * - `stable`: it has it.
 * - `revoking`: it must let go of partitions before it can go on to the next epoch.
 * - `waiting`: it is in the newest epoch, and misses partitions that others have not let go of.
 */
export type MemberPhase = 'stable' | 'revoking' | 'waiting';

const NEVER = Number.POSITIVE_INFINITY;

/** One member of a group whose partitions the broker assigns, with its way from epoch to epoch (KIP-848). */
export class AssignedMember {
  readonly id: string;
  instanceId: string | null = null;
  rackId: string | null = null;
  clientId = '';
  clientHost = '';
  /** How long it may take to let go of partitions. */
  rebalanceTimeoutMs = 0;
  subscribedNames: readonly string[] = [];
  subscribedPattern: string | null = null;
  /** Names that the pattern stood for when they were last looked up. */
  matchedNames: readonly string[] = [];
  /** Of the topics, when that was. Not stored. */
  matchedVersion = -1;
  /** The assignor that it prefers; null: no preference. */
  assignor: string | null = null;
  /** 0 before it was told of any, -2 while a static member is away. */
  epoch = 0;
  previousEpoch = 0;
  phase: MemberPhase = 'stable';
  /** What it may use. */
  assigned = new PartitionSet();
  /** What it was told to let go of, and has not said that it did. */
  revoking = new PartitionSet();
  /** What it is to have in the end. */
  target = new PartitionSet();
  /** When it counts as gone. */
  deadlineMs = NEVER;
  /** When it must have let go of what it is to let go of. */
  revokedByMs = NEVER;

  constructor(id: string) {
    this.id = id;
  }

  get dueMs(): number {
    return Math.min(this.deadlineMs, this.revokedByMs);
  }

  /** Topics by name, those that a pattern stands for included. */
  *subscription(): IterableIterator<string> {
    yield* this.subscribedNames;
    for (const name of this.matchedNames) if (!this.subscribedNames.includes(name)) yield name;
  }

  /**
   * Takes the next step towards the target. `owned`: what the member says that it holds on to, null where it did not
   * say; `owners`: who has each partition at present, this member's part of which is brought up to date. True when
   * anything changed.
   */
  reconcile(kind: AssignedKind, targetEpoch: number, owned: PartitionSet | null, owners: PartitionOwners): boolean {
    if (kind === 'share') {
      if (this.epoch === targetEpoch && this.assigned.equals(this.target)) return false;
      this.assigned = this.target;
      this.#become('stable', targetEpoch);
      return true;
    }
    if (this.phase === 'revoking') {
      if (owned === null || this.revoking.and(owned).size > 0) return false;
      this.#advance(this.epoch + 1, targetEpoch, owned, owners);
      return true;
    }
    if (this.phase === 'waiting' || this.epoch !== targetEpoch) {
      return this.#advance(this.epoch, targetEpoch, owned, owners);
    }
    return false;
  }

  #advance(epoch: number, targetEpoch: number, owned: PartitionSet | null, owners: PartitionOwners): boolean {
    const kept = this.assigned.and(this.target);
    const surplus = this.assigned.minus(this.target);
    const missing = this.target.minus(kept);
    owners.release(this.id, this.revoking.minus(this.target));
    const mustRevoke = surplus.size > 0 && (owned === null || surplus.and(owned).size > 0);
    if (mustRevoke) {
      this.assigned = kept;
      this.revoking = surplus;
      this.#become('revoking', epoch);
      return true;
    }
    owners.release(this.id, surplus);
    this.revoking = new PartitionSet();
    const free = missing.filter((topic, partition) => owners.isFree(topic, partition, this.id));
    const phase = free.size < missing.size ? 'waiting' : 'stable';
    const changes = free.size > 0 || surplus.size > 0 || phase !== this.phase || epoch !== targetEpoch;
    owners.take(this.id, free);
    this.assigned = kept.plus(free);
    this.#become(phase, targetEpoch);
    return changes;
  }

  #become(phase: MemberPhase, epoch: number): void {
    this.phase = phase;
    if (epoch === this.epoch) return;
    this.previousEpoch = this.epoch;
    this.epoch = epoch;
  }

  /** Takes the place that a static member left. */
  succeed(old: AssignedMember): void {
    const { assigned, revoking, target, phase, previousEpoch } = old;
    Object.assign(this, { assigned, revoking, target, phase, previousEpoch });
    const { subscribedNames, subscribedPattern, matchedNames, assignor, rackId, rebalanceTimeoutMs } = old;
    Object.assign(this, { subscribedNames, subscribedPattern, matchedNames, assignor, rackId, rebalanceTimeoutMs });
  }

  describe(): AssignedMemberDescription {
    return {
      memberId: this.id,
      instanceId: this.instanceId,
      rackId: this.rackId,
      memberEpoch: this.epoch,
      clientId: this.clientId,
      clientHost: this.clientHost,
      subscribedNames: this.subscribedNames,
      subscribedPattern: this.subscribedPattern,
      assignment: this.assigned,
      target: this.target,
    };
  }
}
