import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeQuorum } from '../schema/describe-quorum.js';
import { Operation } from '../security/acl.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

/** The log of Kafka's controllers: it has one partition. */
const METADATA_TOPIC = '__cluster_metadata';
const METADATA_PARTITION = 0;

/** A quorum of one: this broker decides alone, and what it has decided is as far as its flushes have come. */
export function describeQuorumHandler({ access, host, nodes }: FrontServices): Handler {
  return defineHandler({
    api: describeQuorum,
    served: '0-2',
    handle(request, call) {
      if (!access.mayCluster(call.connection, Operation.describe)) {
        call.respond({ errorCode: ErrorCode.clusterAuthorizationFailed, topics: [], nodes: [] });
        return;
      }
      const { nowMs, stableFlush } = host.broker;
      const voter = {
        replicaId: nodes.firstId,
        replicaDirectoryId: ZERO_UUID,
        logEndOffset: stableFlush,
        lastFetchTimestampMs: nowMs,
        lastCaughtUpTimestampMs: nowMs,
      };
      const topics = request.topics.map(({ topicName, partitions }) => ({
        topicName,
        partitions: partitions.map(({ partitionIndex }) => {
          const isKnown = topicName === METADATA_TOPIC && partitionIndex === METADATA_PARTITION;
          return {
            partitionIndex,
            errorCode: isKnown ? ErrorCode.none : ErrorCode.unknownTopicOrPartition,
            leaderId: isKnown ? nodes.firstId : -1,
            leaderEpoch: isKnown ? 1 : -1,
            highWatermark: isKnown ? stableFlush : -1,
            currentVoters: isKnown ? [voter] : [],
            observers: [],
          };
        }),
      }));
      const { nodeId, ...address } = nodes.addressOf(nodes.firstId, call.connection);
      const listeners = [{ name: 'CONTROLLER', ...address }];
      call.respond({ errorCode: ErrorCode.none, topics, nodes: [{ nodeId, listeners }] });
    },
  });
}
