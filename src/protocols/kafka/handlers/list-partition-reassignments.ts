import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { listPartitionReassignments } from '../schema/list-partition-reassignments.js';
import { Operation } from '../security/acl.js';

/** No partition is ever on its way from one node to another. */
export function listPartitionReassignmentsHandler({ access }: FrontServices): Handler {
  return defineHandler({
    api: listPartitionReassignments,
    served: '0-0',
    handle(_request, call) {
      const mayDescribe = access.mayCluster(call.connection, Operation.describe);
      call.respond({ errorCode: mayDescribe ? ErrorCode.none : ErrorCode.clusterAuthorizationFailed, topics: [] });
    },
  });
}
