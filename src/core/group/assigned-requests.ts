/** What a front asks of groups whose partitions the broker assigns, and what it is told. Times are in ms. */
import type { GroupError } from './group-error.js';
import type { PartitionSet } from './partition-set.js';

/** `consumer`: each partition has one reader (KIP-848). `share`: its readers share it (KIP-932). */
export type AssignedKind = 'consumer' | 'share';

export type AssignedGroupState = 'empty' | 'assigning' | 'reconciling' | 'stable';

/** The epochs with a meaning of their own in a heartbeat; -1 is that of a member that leaves. */
export const JOINING_EPOCH = 0;
/** That of a static member that will be back under its instance id. */
export const PAUSING_EPOCH = -2;

/** The topics as this member may see them. Asked during the call only. */
export interface SubscribableTopics {
  /** Changes whenever a topic or a partition comes or goes. */
  readonly version: number;
  find(name: string): SubscribableTopic | undefined;
  /** Names that match the pattern; undefined for a pattern that is not valid. */
  matching(pattern: string): readonly string[] | undefined;
}

export interface SubscribableTopic {
  readonly id: string;
  readonly partitions: number;
}

/** Null, and -1 for the timeout, mean that nothing changed. */
export interface AssignedHeartbeat {
  readonly kind: AssignedKind;
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly subscribedNames: readonly string[] | null;
  /** Empty: no pattern any more. */
  readonly subscribedPattern: string | null;
  readonly assignor: string | null;
  /** The partitions that the member holds on to. */
  readonly owned: PartitionSet | null;
  readonly clientId: string;
  readonly clientHost: string;
}

export interface AssignedAnswer {
  readonly error: GroupError;
  /** Why, in words; null without an error. */
  readonly message: string | null;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** Null where it has not changed since the member was told. */
  readonly assignment: PartitionSet | null;
}

export interface AssignedDescription {
  readonly groupId: string;
  readonly kind: AssignedKind;
  readonly state: AssignedGroupState;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignor: string;
  readonly members: readonly AssignedMemberDescription[];
}

export interface AssignedMemberDescription {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedNames: readonly string[];
  readonly subscribedPattern: string | null;
  readonly assignment: PartitionSet;
  readonly target: PartitionSet;
}

/** What the caller has set for the group. */
export interface AssignedTimes {
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/** Kafka's own. */
export const DEFAULT_ASSIGNED_TIMES: AssignedTimes = { sessionTimeoutMs: 45_000, heartbeatIntervalMs: 5_000 };
