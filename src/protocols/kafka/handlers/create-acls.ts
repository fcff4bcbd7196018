import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { createAcls } from '../schema/create-acls.js';
import { type Acl, aclFault, Operation } from '../security/acl.js';

export function createAclsHandler({ access, acls, host }: FrontServices): Handler {
  return defineHandler({
    api: createAcls,
    served: '1-3',
    handle(request, call) {
      const mayAlter = access.mayCluster(call.connection, Operation.alter);
      const results = request.creations.map(({ resourcePatternType, ...creation }) => {
        if (!mayAlter) return { errorCode: ErrorCode.clusterAuthorizationFailed, errorMessage: null };
        const acl: Acl = { ...creation, patternType: resourcePatternType };
        const errorMessage = aclFault(acl);
        if (errorMessage !== undefined) return { errorCode: ErrorCode.invalidRequest, errorMessage };
        acls.add(acl);
        return { errorCode: ErrorCode.none, errorMessage: null };
      });
      host.whenStable(host.broker.flush, () => call.respond({ results }));
    },
  });
}
