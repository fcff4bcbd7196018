import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { findCoordinator } from '../schema/find-coordinator.js';
import { Operation } from '../security/acl.js';

const GROUP = 0;
const TRANSACTION = 1;
/** A share group's place in a partition: `group:topic id:partition`. */
const SHARE = 2;
const FIRST_VERSION_WITH_SHARES = 6;
const PLACE = /:[^:]*:[^:]*$/;

/** Every node coordinates everything; clients are told one of them, the same one each time. */
export function findCoordinatorHandler({ nodes, access }: FrontServices): Handler {
  return defineHandler({
    api: findCoordinator,
    served: '0-6',
    handle(request, call) {
      const { keyType } = request;
      const isShare = keyType === SHARE && call.version >= FIRST_VERSION_WITH_SHARES;
      const known = keyType === GROUP || keyType === TRANSACTION || isShare;
      const find = (key: string) => {
        if (!known) return { errorCode: ErrorCode.invalidRequest, ...NO_NODE };
        const group = isShare ? key.replace(PLACE, '') : key;
        if (keyType !== TRANSACTION && !access.mayGroup(call.connection, Operation.describe, group)) {
          return { errorCode: ErrorCode.groupAuthorizationFailed, ...NO_NODE };
        }
        if (keyType === TRANSACTION && !access.mayTransact(call.connection, Operation.describe, key)) {
          return { errorCode: ErrorCode.transactionalIdAuthorizationFailed, ...NO_NODE };
        }
        return { errorCode: ErrorCode.none, ...nodes.addressOf(nodes.coordinatorOf(group), call.connection) };
      };
      if (call.version < 4) call.respond({ ...find(request.key), coordinators: [] });
      else call.respond({ coordinators: request.coordinatorKeys.map((key) => ({ key, ...find(key) })) });
    },
  });
}

const NO_NODE = { nodeId: -1, host: '', port: -1 };
