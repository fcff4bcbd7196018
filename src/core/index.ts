/** The whole face of the core. */
export { BrokerError, type BrokerErrorDetail, type BrokerErrorKind } from './broker-error.js';
export type {
  AcquireOptions,
  AppendOutcome,
  Binding,
  Broker,
  BrokerErrorTable,
  DeadLetter,
  Declared,
  DeclaredValue,
  Durability,
  ExchangeInfo,
  ExchangeSpec,
  HeaderValue,
  HeaderValues,
  Host,
  MessageHold,
  MessageState,
  PartitionState,
  PeekedMessage,
  QueueCounts,
  QueueInfo,
  QueueSettings,
  QueueSettingsChange,
  QueueSpec,
  Route,
  SessionSink,
  ShareSettings,
  SubscribeOptions,
  TopicInfo,
  TopicSettings,
  TopicSpec,
} from './broker.js';
export type {
  AssignedAnswer,
  AssignedDescription,
  AssignedGroupState,
  AssignedHeartbeat,
  AssignedKind,
  AssignedTimes,
  SubscribableTopics,
} from './group/assigned-requests.js';
export { DEFAULT_ASSIGNED_TIMES } from './group/assigned-requests.js';
export { PartitionSet } from './group/partition-set.js';
export {
  type CommitRequest,
  type FetchedOffset,
  type OffsetToCommit,
  type TopicPartition,
} from './group/committed-offsets.js';
export { DEFAULT_GROUP_OPTIONS, GroupCoordinator, type GroupOptions } from './group/group-coordinator.js';
export type { GroupError } from './group/group-error.js';
export type {
  DescribedMember,
  GroupDescription,
  GroupEffects,
  GroupListing,
  GroupProtocol,
  JoinAnswer,
  JoinRequest,
  LeavingMember,
  MemberClaim,
  SyncAnswer,
  SyncRequest,
} from './group/group-requests.js';
export type { GroupState } from './group/group-state.js';
export type { Death, DeathReason, Delivery, Outgoing, PublishOutcome } from './message.js';
export type { MessageHeaders } from './routing/message-headers.js';
export {
  type DialectTranslation,
  type PivotHeader,
  type PivotMessage,
  pivotOf,
  type PivotValue,
  type Translate,
} from './pivot.js';
export { pivotAsJson } from './pivot-json.js';
export {
  type Extent,
  type Flush,
  type FlushLayout,
  JOURNAL_LOG,
  type LogChunk,
  type MetadataChange,
  type OutsideRun,
  type Quarantined,
  type ReplayReport,
  type ReplayVisitor,
  RUN_REWRITE,
  RUN_RETAINED,
  RUN_VOLATILE,
  type RunTable,
  type Shard,
  type StorageEngine,
  StorageError,
  type StorageErrorKind,
} from './ports.js';
// What the shell drives the core with.
export { BrokerCore, type CoreOptions, type QueueTraffic } from './broker-core.js';
export { type Administration, administrationOf } from './catalog/administration.js';
export { ageMs } from './catalog/age.js';
export { GLOBAL, type Parameter } from './catalog/parameters.js';
export { regexesOfRules, type RegexPermission, rulesOfRegexes } from './catalog/permission-rule.js';
export { OPERATOR_POLICY, POLICY, type Policy, type PolicyKind, type PolicyTarget } from './catalog/policies.js';
export type { TopicPermission } from './catalog/topic-permissions.js';
export type { Credential, User } from './catalog/users.js';
export { VIRTUAL_HOST_LIMITS, type VirtualHostLimit } from './catalog/virtual-host-limits.js';
export {
  BROKER_ITSELF,
  type DirectAccess,
  type DirectMessage,
  type DirectPublish,
} from './direct-access.js';
export type { ChannelReport, ConnectionReport, ConsumerReport, FrontReport } from './front-report.js';
export type { DialectSettings } from './catalog/dialect-settings.js';
export type { CoreEffects } from './core-effects.js';
export type { SharedRecord, SparseQueue } from './delivery/rewriting.js';
export { SHARED_LOG } from './delivery/shared-bodies.js';
export { forEachRecord } from './log/record-run.js';
export type { AbortedTransaction } from './log/producer-table.js';
export { ENVELOPE_HEADERS } from './publisher.js';
export { type HeaderScan, journalStart, Recovery } from './recovery.js';
export type { ExchangeNotes } from './routing/exchange-notes.js';
export { FilterPolicy, type FilterScope, FilterSubject } from './routing/filter-policy.js';
export type { TransactionError } from './group/transaction-error.js';
export type {
  InitRequest,
  ProducerAnswer,
  ProducerClaim,
  TransactionDescription,
} from './group/transaction-requests.js';
export type { Transactions } from './log/transactions.js';
