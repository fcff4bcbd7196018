import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { entityOf } from '../quotas/quota-entity.js';
import { alterClientQuotas } from '../schema/alter-client-quotas.js';
import { Operation } from '../security/acl.js';
import type { RequestOf } from '../wire/api.js';

type Entry = RequestOf<typeof alterClientQuotas>['entries'][number];

export function alterClientQuotasHandler(services: FrontServices): Handler {
  const { access, host } = services;
  return defineHandler({
    api: alterClientQuotas,
    served: '0-1',
    handle(request, call) {
      const mayAlter = access.mayCluster(call.connection, Operation.alterConfigs);
      const entries = request.entries.map((entry) => {
        const { entity } = entry;
        if (!mayAlter) return { errorCode: ErrorCode.clusterAuthorizationFailed, errorMessage: null, entity };
        const errorMessage = alter(services, entry, request.validateOnly) ?? null;
        return { errorCode: errorMessage === null ? ErrorCode.none : ErrorCode.invalidRequest, errorMessage, entity };
      });
      host.whenStable(host.broker.flush, () => call.respond({ entries }));
    },
  });
}

/** What is wrong with the entry; undefined when it was carried out, or could be. */
function alter({ quotas }: FrontServices, { entity: parts, ops }: Entry, validateOnly: boolean): string | undefined {
  const entity = entityOf(parts);
  if (typeof entity === 'string') return entity;
  const changes = new Map(ops.map(({ key, value, remove }) => [key, remove ? undefined : value]));
  if (changes.size !== ops.length) return 'A quota is named more than once';
  for (const [key, value] of changes) {
    const fault = quotas.fault(key, value);
    if (fault !== undefined) return fault;
  }
  if (!validateOnly) quotas.alter(entity, changes);
  return undefined;
}
