import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { type EntityPart, partsOf } from '../quotas/quota-entity.js';
import { describeClientQuotas } from '../schema/describe-client-quotas.js';
import { Operation } from '../security/acl.js';
import type { RequestOf } from '../wire/api.js';

type Component = RequestOf<typeof describeClientQuotas>['components'][number];

/** How a component of the filter meets a part of an entity. */
const Match = { exact: 0, default: 1, anyNamed: 2 } as const;

const ENTITY_TYPES: readonly string[] = ['user', 'client-id', 'ip'];

export function describeClientQuotasHandler({ access, quotas }: FrontServices): Handler {
  return defineHandler({
    api: describeClientQuotas,
    served: '0-1',
    handle({ components, strict }, call) {
      const failed = (errorCode: number, errorMessage: string | null) =>
        call.respond({ errorCode, errorMessage, entries: null });
      if (!access.mayCluster(call.connection, Operation.describeConfigs)) {
        failed(ErrorCode.clusterAuthorizationFailed, null);
        return;
      }
      const fault = filterFault(components);
      if (fault !== undefined) {
        failed(ErrorCode.invalidRequest, fault);
        return;
      }
      const entries = Array.from(quotas.all(), ([entity, values]) => ({
        entity: partsOf(entity),
        values: Object.entries(values).map(([key, value]) => ({ key, value })),
      })).filter(({ entity }) => meets(entity, components, strict));
      call.respond({ errorCode: ErrorCode.none, entries });
    },
  });
}

function filterFault(components: readonly Component[]): string | undefined {
  const types = components.map(({ entityType }) => entityType);
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  if (twice !== undefined) return `Duplicate filter component entity type: ${twice}`;
  const unknown = types.find((type) => !ENTITY_TYPES.includes(type));
  if (unknown !== undefined) return `Unsupported entity type: ${unknown}`;
  for (const { matchType, match, entityType } of components) {
    if (matchType < Match.exact || matchType > Match.anyNamed) return `Unexpected match type: ${matchType}`;
    if ((matchType === Match.exact) !== (match !== null)) return `The name of ${entityType} does not go with its match`;
  }
  return undefined;
}

/** Strictly, an entity must not have parts that the filter does not name. */
function meets(entity: readonly EntityPart[], components: readonly Component[], strict: boolean): boolean {
  if (strict && entity.length !== components.length) return false;
  return components.every(({ entityType, matchType, match }) => {
    const part = entity.find((each) => each.entityType === entityType);
    if (part === undefined) return false;
    if (matchType === Match.anyNamed) return true;
    return part.entityName === (matchType === Match.default ? null : match);
  });
}
