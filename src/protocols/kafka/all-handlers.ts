import type { FrontServices } from './front-services.js';
import type { Handler } from './handler.js';
import { HandlerRegistry } from './handler-registry.js';
import { addOffsetsToTxnHandler } from './handlers/add-offsets-to-txn.js';
import { addPartitionsToTxnHandler } from './handlers/add-partitions-to-txn.js';
import { alterClientQuotasHandler } from './handlers/alter-client-quotas.js';
import { alterConfigsHandler } from './handlers/alter-configs.js';
import { alterPartitionReassignmentsHandler } from './handlers/alter-partition-reassignments.js';
import { alterReplicaLogDirsHandler } from './handlers/alter-replica-log-dirs.js';
import { alterUserScramCredentialsHandler } from './handlers/alter-user-scram-credentials.js';
import { apiVersionsHandler } from './handlers/api-versions.js';
import { consumerGroupDescribeHandler } from './handlers/consumer-group-describe.js';
import { consumerGroupHeartbeatHandler } from './handlers/consumer-group-heartbeat.js';
import { createAclsHandler } from './handlers/create-acls.js';
import { createPartitionsHandler } from './handlers/create-partitions.js';
import { createTopicsHandler } from './handlers/create-topics.js';
import { deleteAclsHandler } from './handlers/delete-acls.js';
import { deleteGroupsHandler } from './handlers/delete-groups.js';
import { deleteRecordsHandler } from './handlers/delete-records.js';
import { deleteTopicsHandler } from './handlers/delete-topics.js';
import { describeAclsHandler } from './handlers/describe-acls.js';
import { describeClientQuotasHandler } from './handlers/describe-client-quotas.js';
import { describeClusterHandler } from './handlers/describe-cluster.js';
import { describeConfigsHandler } from './handlers/describe-configs.js';
import { describeGroupsHandler } from './handlers/describe-groups.js';
import { describeLogDirsHandler } from './handlers/describe-log-dirs.js';
import { describeProducersHandler } from './handlers/describe-producers.js';
import { describeQuorumHandler } from './handlers/describe-quorum.js';
import { describeTopicPartitionsHandler } from './handlers/describe-topic-partitions.js';
import { describeTransactionsHandler } from './handlers/describe-transactions.js';
import { describeUserScramCredentialsHandler } from './handlers/describe-user-scram-credentials.js';
import { electLeadersHandler } from './handlers/elect-leaders.js';
import { endTxnHandler } from './handlers/end-txn.js';
import { fetchHandler } from './handlers/fetch.js';
import { findCoordinatorHandler } from './handlers/find-coordinator.js';
import { heartbeatHandler } from './handlers/heartbeat.js';
import { incrementalAlterConfigsHandler } from './handlers/incremental-alter-configs.js';
import { initProducerIdHandler } from './handlers/init-producer-id.js';
import { joinGroupHandler } from './handlers/join-group.js';
import { leaveGroupHandler } from './handlers/leave-group.js';
import { listConfigResourcesHandler } from './handlers/list-config-resources.js';
import { listGroupsHandler } from './handlers/list-groups.js';
import { listOffsetsHandler } from './handlers/list-offsets.js';
import { listPartitionReassignmentsHandler } from './handlers/list-partition-reassignments.js';
import { listTransactionsHandler } from './handlers/list-transactions.js';
import { metadataHandler } from './handlers/metadata.js';
import { offsetCommitHandler } from './handlers/offset-commit.js';
import { offsetDeleteHandler } from './handlers/offset-delete.js';
import { offsetFetchHandler } from './handlers/offset-fetch.js';
import { offsetForLeaderEpochHandler } from './handlers/offset-for-leader-epoch.js';
import { produceHandler } from './handlers/produce.js';
import { saslAuthenticateHandler } from './handlers/sasl-authenticate.js';
import { saslHandshakeHandler } from './handlers/sasl-handshake.js';
import { shareFetchHandler } from './handlers/share-fetch.js';
import { shareAcknowledgeHandler } from './handlers/share-acknowledge.js';
import { shareGroupHeartbeatHandler } from './handlers/share-group-heartbeat.js';
import { shareGroupDescribeHandler } from './handlers/share-group-describe.js';
import { describeShareGroupOffsetsHandler } from './handlers/describe-share-group-offsets.js';
import { alterShareGroupOffsetsHandler } from './handlers/alter-share-group-offsets.js';
import { deleteShareGroupOffsetsHandler } from './handlers/delete-share-group-offsets.js';
import { syncGroupHandler } from './handlers/sync-group.js';
import { txnOffsetCommitHandler } from './handlers/txn-offset-commit.js';
import { updateFeaturesHandler } from './handlers/update-features.js';
import { guarded } from './security/guards.js';

/** Everything that this front serves: what is not here is not advertised. */
export function createHandlers(services: FrontServices): HandlerRegistry {
  const handlers: Handler[] = [
    produceHandler(services),
    fetchHandler(services),
    listOffsetsHandler(services),
    metadataHandler(services),
    offsetCommitHandler(services),
    offsetFetchHandler(services),
    findCoordinatorHandler(services),
    joinGroupHandler(services),
    heartbeatHandler(services),
    leaveGroupHandler(services),
    syncGroupHandler(services),
    describeGroupsHandler(services),
    listGroupsHandler(services),
    saslHandshakeHandler(services),
    apiVersionsHandler(() => registry.advertised),
    createTopicsHandler(services),
    deleteTopicsHandler(services),
    deleteRecordsHandler(services),
    initProducerIdHandler(services),
    offsetForLeaderEpochHandler(services),
    addPartitionsToTxnHandler(services),
    addOffsetsToTxnHandler(services),
    endTxnHandler(services),
    txnOffsetCommitHandler(services),
    describeConfigsHandler(services),
    alterConfigsHandler(services),
    incrementalAlterConfigsHandler(services),
    saslAuthenticateHandler(services),
    createPartitionsHandler(services),
    deleteGroupsHandler(services),
    offsetDeleteHandler(services),
    describeClusterHandler(services),
    consumerGroupHeartbeatHandler(services),
    consumerGroupDescribeHandler(services),
    shareFetchHandler(services),
    shareAcknowledgeHandler(services),
    shareGroupHeartbeatHandler(services),
    shareGroupDescribeHandler(services),
    describeShareGroupOffsetsHandler(services),
    alterShareGroupOffsetsHandler(services),
    deleteShareGroupOffsetsHandler(services),
    describeAclsHandler(services),
    createAclsHandler(services),
    deleteAclsHandler(services),
    alterReplicaLogDirsHandler(services),
    electLeadersHandler(services),
    alterPartitionReassignmentsHandler(services),
    listPartitionReassignmentsHandler(services),
    describeClientQuotasHandler(services),
    alterClientQuotasHandler(services),
    describeUserScramCredentialsHandler(services),
    alterUserScramCredentialsHandler(services),
    describeQuorumHandler(services),
    updateFeaturesHandler(services),
    describeProducersHandler(services),
    describeTransactionsHandler(services),
    listTransactionsHandler(services),
    listConfigResourcesHandler(services),
    describeTopicPartitionsHandler(services),
    describeLogDirsHandler(services),
  ];
  const registry = new HandlerRegistry(handlers.map((handler) => guarded(handler, services.access)));
  return registry;
}
