import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { NODE_ID } from '../kafka-options.js';
import { describeCluster } from '../schema/describe-cluster.js';
import { OPERATIONS_NOT_ASKED } from '../schema/metadata.js';
import { CLUSTER_OPERATIONS } from '../topics/allowed-operations.js';

/** Controllers are the other kind of endpoint; they do not listen here. */
const BROKERS = 1;

export function describeClusterHandler(services: FrontServices): Handler {
  return defineHandler({
    api: describeCluster,
    served: '0-2',
    handle(request, call) {
      const { clusterId } = services;
      if (request.endpointType !== BROKERS) {
        const errorCode = ErrorCode.mismatchedEndpointType;
        call.respond({ errorCode, errorMessage: 'This is a broker endpoint.', clusterId: '', brokers: [] });
        return;
      }
      const { advertisedHost: host, advertisedPort: port } = call.connection;
      call.respond({
        errorCode: ErrorCode.none,
        clusterId,
        controllerId: NODE_ID,
        brokers: [{ brokerId: NODE_ID, host, port }],
        clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
          ? CLUSTER_OPERATIONS
          : OPERATIONS_NOT_ASKED,
      });
    },
  });
}
