import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { deleteAcls } from '../schema/delete-acls.js';
import { Operation } from '../security/acl.js';
import { aclFilterFault } from '../security/acl-filter.js';

export function deleteAclsHandler({ access, acls, host }: FrontServices): Handler {
  return defineHandler({
    api: deleteAcls,
    served: '1-3',
    handle(request, call) {
      const mayAlter = access.mayCluster(call.connection, Operation.alter);
      const filterResults = request.filters.map((filter) => {
        if (!mayAlter) return { errorCode: ErrorCode.clusterAuthorizationFailed, matchingAcls: [] };
        const errorMessage = aclFilterFault(filter);
        if (errorMessage !== undefined) return { errorCode: ErrorCode.invalidRequest, errorMessage, matchingAcls: [] };
        const matching = acls.find(filter);
        for (const acl of matching) acls.remove(acl);
        const matchingAcls = matching.map((acl) => ({ errorCode: ErrorCode.none, ...acl }));
        return { errorCode: ErrorCode.none, matchingAcls };
      });
      host.whenStable(host.broker.flush, () => call.respond({ filterResults }));
    },
  });
}
