import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeAcls } from '../schema/describe-acls.js';
import { type Acl, Operation } from '../security/acl.js';
import { aclFilterFault } from '../security/acl-filter.js';

export function describeAclsHandler({ access, acls }: FrontServices): Handler {
  return defineHandler({
    api: describeAcls,
    served: '1-3',
    handle(request, call) {
      const failed = (errorCode: number, errorMessage: string | null = null) =>
        call.respond({ errorCode, errorMessage, resources: [] });
      if (!access.mayCluster(call.connection, Operation.describe)) {
        failed(ErrorCode.clusterAuthorizationFailed);
        return;
      }
      const fault = aclFilterFault(request);
      if (fault === undefined) call.respond({ errorCode: ErrorCode.none, resources: byResource(acls.find(request)) });
      else failed(ErrorCode.invalidRequest, fault);
    },
  });
}

/** Lines about the same resource are told together. */
function byResource(found: readonly Acl[]) {
  const resources = new Map<string, Acl[]>();
  for (const acl of found) {
    const key = `${acl.resourceType} ${acl.patternType} ${acl.resourceName}`;
    resources.set(key, [...(resources.get(key) ?? []), acl]);
  }
  return Array.from(resources.values(), (acls) => {
    const [{ resourceType, resourceName, patternType }] = acls;
    return { resourceType, resourceName, patternType, acls };
  });
}
