/** What a front asks of the group coordinator, and what it is told. Times are in ms. */
import type { GroupError } from './group-error.js';
import type { GroupState } from './group-state.js';
import type { KeyValueEffects } from './key-value-effects.js';

/** One way to divide the work that a member can speak, with its subscription in that protocol's own bytes. */
export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export interface JoinRequest {
  /** Comes back with the answer; the caller's own. */
  readonly token: number;
  readonly groupId: string;
  /** Empty when the member has none yet. */
  readonly memberId: string;
  /** The id that the member gets should it need one: made by the caller, never used before. */
  readonly newMemberId: string;
  /** A static member's lasting name (KIP-345), or null. */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  /** Negative: the session timeout, as where the dialect has no such field (JoinGroup v0). */
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  /** In the member's order of preference. The bytes are copied. */
  readonly protocols: readonly GroupProtocol[];
  /** A member without an id is sent away with one first (KIP-394, JoinGroup v4 and later). */
  readonly memberIdRequired: boolean;
  /** The member understands {@link JoinAnswer.skipAssignment} (KIP-814, JoinGroup v9 and later). */
  readonly canSkipAssignment: boolean;
}

export interface JoinAnswer {
  readonly error: GroupError;
  /** With `member-id-required`: the id to join with. */
  readonly memberId: string;
  /** -1 with an error, and the three below null or empty. */
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string;
  /** True for a static leader that came back to a stable group: it gets the members but must not assign again. */
  readonly skipAssignment: boolean;
  /** Every member with its metadata in the chosen protocol for the leader, empty for everybody else. */
  readonly members: readonly JoinedMember[];
}

export interface JoinedMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly metadata: Uint8Array;
}

/** Who speaks for which generation. `instanceId` null where the member does not say. */
export interface MemberClaim {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
}

export interface SyncRequest extends MemberClaim {
  /** Comes back with the answer; the caller's own. */
  readonly token: number;
  readonly groupId: string;
  /** Null where the member does not say (before SyncGroup v5). */
  readonly protocolType: string | null;
  readonly protocol: string | null;
  /** The leader's; ignored from others. The bytes are copied. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[];
}

export interface SyncAnswer {
  readonly error: GroupError;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  /** Never null; zero bytes for a member that the leader left out, and with an error. */
  readonly assignment: Uint8Array;
}

/** One who leaves: by member id, or by instance id alone (an administrator's removal of a static member). */
export interface LeavingMember {
  readonly memberId: string;
  readonly instanceId: string | null;
}

export interface GroupListing {
  readonly groupId: string;
  /** Empty for a group that only holds offsets. */
  readonly protocolType: string;
  readonly state: GroupState;
}

export interface GroupDescription extends GroupListing {
  readonly generation: number;
  /** Empty unless the group is stable. */
  readonly protocol: string;
  readonly members: readonly DescribedMember[];
}

export interface DescribedMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** In the chosen protocol; zero bytes unless the group is stable. */
  readonly metadata: Uint8Array;
  readonly assignment: Uint8Array;
}

/** Where the coordinator's decisions go. An answer may come during the call that asked, or during a later command. */
export interface GroupEffects extends KeyValueEffects {
  /** The answer of the join with this token. Every join is answered exactly once. */
  joined(token: number, answer: JoinAnswer): void;
  /** The answer of the sync with this token. Every sync is answered exactly once. */
  synced(token: number, answer: SyncAnswer): void;
}
