import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { alterPartitionReassignments } from '../schema/alter-partition-reassignments.js';
import { Operation } from '../security/acl.js';
import type { ResponseOf } from '../wire/api.js';
import { areReplicas } from './create-topics.js';

type Answer = ResponseOf<typeof alterPartitionReassignments>['responses'][number]['partitions'][number];

/** All nodes are one process: a partition is where it is to be moved to, and no move is ever under way. */
export function alterPartitionReassignmentsHandler({ access, topics, nodes }: FrontServices): Handler {
  const codeOf = (name: string, index: number, replicas: readonly number[] | null): number => {
    const { topic, errorCode } = topics.find(name);
    if (topic === undefined) return errorCode;
    if (topics.partitionHandle(topic, index) < 0) return ErrorCode.unknownTopicOrPartition;
    if (replicas === null) return ErrorCode.noReassignmentInProgress;
    return areReplicas(replicas, nodes) ? ErrorCode.none : ErrorCode.invalidReplicaAssignment;
  };
  return defineHandler({
    api: alterPartitionReassignments,
    served: '0-1',
    handle(request, call) {
      if (!access.mayCluster(call.connection, Operation.alter)) {
        call.respond({ errorCode: ErrorCode.clusterAuthorizationFailed, responses: [] });
        return;
      }
      const responses = request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(
          ({ partitionIndex, replicas }): Answer => ({
            partitionIndex,
            errorCode: codeOf(name, partitionIndex, replicas),
          }),
        ),
      }));
      const { allowReplicationFactorChange } = request;
      call.respond({ allowReplicationFactorChange, errorCode: ErrorCode.none, responses });
    },
  });
}
