import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeCluster } from '../schema/describe-cluster.js';
import { OPERATIONS_NOT_ASKED } from '../schema/metadata.js';

/** Controllers are the other kind of endpoint; they do not listen here. */
const BROKERS = 1;

export function describeClusterHandler({ clusterId, nodes, access }: FrontServices): Handler {
  return defineHandler({
    api: describeCluster,
    served: '0-2',
    handle(request, call) {
      if (request.endpointType !== BROKERS) {
        const errorCode = ErrorCode.mismatchedEndpointType;
        call.respond({ errorCode, errorMessage: 'This is a broker endpoint.', clusterId: '', brokers: [] });
        return;
      }
      call.respond({
        errorCode: ErrorCode.none,
        clusterId,
        controllerId: nodes.firstId,
        brokers: nodes.seenFrom(call.connection).map(({ nodeId: brokerId, ...address }) => ({ brokerId, ...address })),
        clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
          ? access.clusterOperations(call.connection)
          : OPERATIONS_NOT_ASKED,
      });
    },
  });
}
