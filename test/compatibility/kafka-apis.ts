export interface KafkaApi {
  readonly key: number;
  readonly name: string;
  /** The versions that the clients in use and Kafka's own tools ask for; none for what only brokers send each other. */
  readonly goal?: string;
  /** Why it is not advertised, or not up to the goal. */
  readonly why?: string;
}

const brokersOnly = 'Between brokers only: there is one.';
const quorum = 'Between the controllers of a cluster only.';
const tokens = 'Delegation tokens: not planned.';
const telemetry = 'Client telemetry: not planned.';
const shareGroups = 'Share groups (KIP-932): not yet.';
const streamsGroups = 'Streams groups (KIP-1071): a later version.';

function api(key: number, name: string, goal?: string, why?: string): KafkaApi {
  return { key, name, ...(goal !== undefined && { goal }), ...(why !== undefined && { why }) };
}

/** The API keys of Kafka 4.2. */
export const kafkaApis: readonly KafkaApi[] = [
  api(0, 'Produce', '0-13'),
  api(1, 'Fetch', '4-18'),
  api(2, 'ListOffsets', '1-11'),
  api(3, 'Metadata', '0-13'),
  api(4, 'LeaderAndIsr', undefined, brokersOnly),
  api(5, 'StopReplica', undefined, brokersOnly),
  api(6, 'UpdateMetadata', undefined, brokersOnly),
  api(7, 'ControlledShutdown', undefined, brokersOnly),
  api(8, 'OffsetCommit', '2-10'),
  api(9, 'OffsetFetch', '1-10'),
  api(10, 'FindCoordinator', '0-6'),
  api(11, 'JoinGroup', '0-9'),
  api(12, 'Heartbeat', '0-4'),
  api(13, 'LeaveGroup', '0-5'),
  api(14, 'SyncGroup', '0-5'),
  api(15, 'DescribeGroups', '0-6'),
  api(16, 'ListGroups', '0-5'),
  api(17, 'SaslHandshake', '0-1'),
  api(18, 'ApiVersions', '0-4'),
  api(19, 'CreateTopics', '2-7'),
  api(20, 'DeleteTopics', '1-6'),
  api(21, 'DeleteRecords', '0-2'),
  api(22, 'InitProducerId', '0-5'),
  api(23, 'OffsetForLeaderEpoch', '2-4'),
  api(24, 'AddPartitionsToTxn', '0-5'),
  api(25, 'AddOffsetsToTxn', '0-4'),
  api(26, 'EndTxn', '0-5'),
  api(27, 'WriteTxnMarkers', '1-2', brokersOnly),
  api(28, 'TxnOffsetCommit', '0-5'),
  api(29, 'DescribeAcls', '1-3'),
  api(30, 'CreateAcls', '1-3'),
  api(31, 'DeleteAcls', '1-3'),
  api(32, 'DescribeConfigs', '1-4'),
  api(33, 'AlterConfigs', '0-2'),
  api(34, 'AlterReplicaLogDirs', '1-2'),
  api(35, 'DescribeLogDirs', '1-4'),
  api(36, 'SaslAuthenticate', '0-2'),
  api(37, 'CreatePartitions', '0-3'),
  api(38, 'CreateDelegationToken', undefined, tokens),
  api(39, 'RenewDelegationToken', undefined, tokens),
  api(40, 'ExpireDelegationToken', undefined, tokens),
  api(41, 'DescribeDelegationToken', undefined, tokens),
  api(42, 'DeleteGroups', '0-2'),
  api(43, 'ElectLeaders', '0-2'),
  api(44, 'IncrementalAlterConfigs', '0-1'),
  api(45, 'AlterPartitionReassignments', '0-1'),
  api(46, 'ListPartitionReassignments', '0-0'),
  api(47, 'OffsetDelete', '0-0'),
  api(48, 'DescribeClientQuotas', '0-1'),
  api(49, 'AlterClientQuotas', '0-1'),
  api(50, 'DescribeUserScramCredentials', '0-0'),
  api(51, 'AlterUserScramCredentials', '0-0'),
  api(52, 'Vote', undefined, quorum),
  api(53, 'BeginQuorumEpoch', undefined, quorum),
  api(54, 'EndQuorumEpoch', undefined, quorum),
  api(55, 'DescribeQuorum', '0-2'),
  api(56, 'AlterPartition', undefined, brokersOnly),
  api(57, 'UpdateFeatures', '0-2'),
  api(58, 'Envelope', undefined, brokersOnly),
  api(59, 'FetchSnapshot', undefined, quorum),
  api(60, 'DescribeCluster', '0-2'),
  api(61, 'DescribeProducers', '0-0'),
  api(62, 'BrokerRegistration', undefined, quorum),
  api(63, 'BrokerHeartbeat', undefined, quorum),
  api(64, 'UnregisterBroker', undefined, brokersOnly),
  api(65, 'DescribeTransactions', '0-0'),
  api(66, 'ListTransactions', '0-2'),
  api(67, 'AllocateProducerIds', undefined, brokersOnly),
  api(68, 'ConsumerGroupHeartbeat', '0-1'),
  api(69, 'ConsumerGroupDescribe', '0-1'),
  api(70, 'ControllerRegistration', undefined, quorum),
  api(71, 'GetTelemetrySubscriptions', undefined, telemetry),
  api(72, 'PushTelemetry', undefined, telemetry),
  api(73, 'AssignReplicasToDirs', undefined, quorum),
  api(74, 'ListConfigResources', '0-1'),
  api(75, 'DescribeTopicPartitions', '0-0'),
  api(76, 'ShareGroupHeartbeat', '1-1', shareGroups),
  api(77, 'ShareGroupDescribe', '1-1', shareGroups),
  api(78, 'ShareFetch', '1-2', shareGroups),
  api(79, 'ShareAcknowledge', '1-2', shareGroups),
  api(80, 'AddRaftVoter', undefined, quorum),
  api(81, 'RemoveRaftVoter', undefined, quorum),
  api(82, 'UpdateRaftVoter', undefined, quorum),
  api(83, 'InitializeShareGroupState', undefined, brokersOnly),
  api(84, 'ReadShareGroupState', undefined, brokersOnly),
  api(85, 'WriteShareGroupState', undefined, brokersOnly),
  api(86, 'DeleteShareGroupState', undefined, brokersOnly),
  api(87, 'ReadShareGroupStateSummary', undefined, brokersOnly),
  api(88, 'StreamsGroupHeartbeat', undefined, streamsGroups),
  api(89, 'StreamsGroupDescribe', undefined, streamsGroups),
  api(90, 'DescribeShareGroupOffsets', '0-1', shareGroups),
  api(91, 'AlterShareGroupOffsets', '0-0', shareGroups),
  api(92, 'DeleteShareGroupOffsets', '0-0', shareGroups),
];
