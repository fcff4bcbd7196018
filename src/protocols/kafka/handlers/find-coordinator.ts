import { ErrorCode } from '../error-code.js';
import { type Call, defineHandler, type Handler } from '../handler.js';
import { findCoordinator } from '../schema/find-coordinator.js';

const GROUP = 0;
const TRANSACTION = 1;

/** There is one broker, and it coordinates everything. */
export function findCoordinatorHandler(): Handler {
  return defineHandler({
    api: findCoordinator,
    served: '0-6',
    handle(request, call) {
      const known = request.keyType === GROUP || request.keyType === TRANSACTION;
      const errorCode = known ? ErrorCode.none : ErrorCode.invalidRequest;
      const node = known ? thisNode(call) : NO_NODE;
      if (call.version < 4) call.respond({ errorCode, ...node, coordinators: [] });
      else {
        const coordinators = request.coordinatorKeys.map((key) => ({ key, ...node, errorCode }));
        call.respond({ coordinators });
      }
    },
  });
}

const NO_NODE = { nodeId: -1, host: '', port: -1 };

function thisNode({ connection }: Call<typeof findCoordinator>) {
  return { nodeId: connection.node, host: connection.advertisedHost, port: connection.advertisedPort };
}
