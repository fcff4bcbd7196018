import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { findCoordinator } from '../schema/find-coordinator.js';
import { Operation } from '../security/acl.js';

const GROUP = 0;
const TRANSACTION = 1;

/** Every node coordinates everything; clients are told one of them, the same one each time. */
export function findCoordinatorHandler({ nodes, access }: FrontServices): Handler {
  return defineHandler({
    api: findCoordinator,
    served: '0-6',
    handle(request, call) {
      const known = request.keyType === GROUP || request.keyType === TRANSACTION;
      const find = (key: string) => {
        if (!known) return { errorCode: ErrorCode.invalidRequest, ...NO_NODE };
        const isGroup = request.keyType === GROUP;
        if (isGroup && !access.mayGroup(call.connection, Operation.describe, key)) {
          return { errorCode: ErrorCode.groupAuthorizationFailed, ...NO_NODE };
        }
        if (!isGroup && !access.mayTransact(call.connection, Operation.describe, key)) {
          return { errorCode: ErrorCode.transactionalIdAuthorizationFailed, ...NO_NODE };
        }
        return { errorCode: ErrorCode.none, ...nodes.addressOf(nodes.coordinatorOf(key), call.connection) };
      };
      if (call.version < 4) call.respond({ ...find(request.key), coordinators: [] });
      else call.respond({ coordinators: request.coordinatorKeys.map((key) => ({ key, ...find(key) })) });
    },
  });
}

const NO_NODE = { nodeId: -1, host: '', port: -1 };
