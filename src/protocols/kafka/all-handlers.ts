import type { FrontServices } from './front-services.js';
import type { Handler } from './handler.js';
import { HandlerRegistry } from './handler-registry.js';
import { addOffsetsToTxnHandler } from './handlers/add-offsets-to-txn.js';
import { addPartitionsToTxnHandler } from './handlers/add-partitions-to-txn.js';
import { alterConfigsHandler } from './handlers/alter-configs.js';
import { apiVersionsHandler } from './handlers/api-versions.js';
import { consumerGroupDescribeHandler } from './handlers/consumer-group-describe.js';
import { consumerGroupHeartbeatHandler } from './handlers/consumer-group-heartbeat.js';
import { createPartitionsHandler } from './handlers/create-partitions.js';
import { createTopicsHandler } from './handlers/create-topics.js';
import { deleteGroupsHandler } from './handlers/delete-groups.js';
import { deleteRecordsHandler } from './handlers/delete-records.js';
import { deleteTopicsHandler } from './handlers/delete-topics.js';
import { describeClusterHandler } from './handlers/describe-cluster.js';
import { describeConfigsHandler } from './handlers/describe-configs.js';
import { describeGroupsHandler } from './handlers/describe-groups.js';
import { endTxnHandler } from './handlers/end-txn.js';
import { fetchHandler } from './handlers/fetch.js';
import { findCoordinatorHandler } from './handlers/find-coordinator.js';
import { heartbeatHandler } from './handlers/heartbeat.js';
import { incrementalAlterConfigsHandler } from './handlers/incremental-alter-configs.js';
import { initProducerIdHandler } from './handlers/init-producer-id.js';
import { joinGroupHandler } from './handlers/join-group.js';
import { leaveGroupHandler } from './handlers/leave-group.js';
import { listGroupsHandler } from './handlers/list-groups.js';
import { listOffsetsHandler } from './handlers/list-offsets.js';
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

/** Everything that this front serves: what is not here is not advertised. */
export function createHandlers(services: FrontServices): HandlerRegistry {
  const handlers: Handler[] = [
    produceHandler(services),
    fetchHandler(services),
    listOffsetsHandler(services),
    metadataHandler(services),
    offsetCommitHandler(services),
    offsetFetchHandler(services),
    findCoordinatorHandler(),
    joinGroupHandler(services),
    heartbeatHandler(services),
    leaveGroupHandler(services),
    syncGroupHandler(services),
    describeGroupsHandler(services),
    listGroupsHandler(services),
    saslHandshakeHandler(),
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
  ];
  const registry = new HandlerRegistry(handlers);
  return registry;
}
