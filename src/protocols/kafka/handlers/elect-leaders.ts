import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { electLeaders } from '../schema/elect-leaders.js';
import { Operation } from '../security/acl.js';

/** Every partition is led by the node that should lead it, so there is never anything to elect. */
export function electLeadersHandler({ access, topics }: FrontServices): Handler {
  return defineHandler({
    api: electLeaders,
    served: '0-2',
    handle(request, call) {
      if (!access.mayCluster(call.connection, Operation.alter)) {
        call.respond({ errorCode: ErrorCode.clusterAuthorizationFailed, replicaElectionResults: [] });
        return;
      }
      // For all partitions together Kafka tells only of those whose election changed or failed something.
      const replicaElectionResults = (request.topicPartitions ?? []).map(({ topic: name, partitions }) => {
        const { topic } = topics.find(name);
        const partitionResult = partitions.map((partitionId) => {
          const isThere = topic !== undefined && topics.partitionHandle(topic, partitionId) >= 0;
          return isThere
            ? {
                partitionId,
                errorCode: ErrorCode.electionNotNeeded,
                errorMessage: 'Leader election not needed for topic partition.',
              }
            : {
                partitionId,
                errorCode: ErrorCode.unknownTopicOrPartition,
                errorMessage: `No such partition as ${name}-${partitionId}`,
              };
        });
        return { topic: name, partitionResult };
      });
      call.respond({ errorCode: ErrorCode.none, replicaElectionResults });
    },
  });
}
