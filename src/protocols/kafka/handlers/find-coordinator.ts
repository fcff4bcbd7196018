import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { findCoordinator } from '../schema/find-coordinator.js';

const GROUP = 0;
const TRANSACTION = 1;

/** Every node coordinates everything; clients are told one of them, the same one each time. */
export function findCoordinatorHandler({ nodes }: FrontServices): Handler {
  return defineHandler({
    api: findCoordinator,
    served: '0-6',
    handle(request, call) {
      const known = request.keyType === GROUP || request.keyType === TRANSACTION;
      const errorCode = known ? ErrorCode.none : ErrorCode.invalidRequest;
      const nodeOf = (key: string) => (known ? nodes.addressOf(nodes.coordinatorOf(key), call.connection) : NO_NODE);
      if (call.version < 4) call.respond({ errorCode, ...nodeOf(request.key), coordinators: [] });
      else {
        const coordinators = request.coordinatorKeys.map((key) => ({ key, ...nodeOf(key), errorCode }));
        call.respond({ coordinators });
      }
    },
  });
}

const NO_NODE = { nodeId: -1, host: '', port: -1 };
