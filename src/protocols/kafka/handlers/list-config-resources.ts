import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { listConfigResources } from '../schema/list-config-resources.js';
import { Operation } from '../security/acl.js';
import { ConfigResourceType } from '../topics/alter-configs.js';

const TYPES: readonly number[] = Object.values(ConfigResourceType);

/** Everything that has a configuration, or that which is asked for. Before version 1 that is clients' metrics only. */
export function listConfigResourcesHandler(services: FrontServices): Handler {
  return defineHandler({
    api: listConfigResources,
    served: '0-1',
    handle(request, call) {
      if (!services.access.mayCluster(call.connection, Operation.describeConfigs)) {
        call.respond({ errorCode: ErrorCode.clusterAuthorizationFailed, configResources: [] });
        return;
      }
      if (request.resourceTypes.some((type) => !TYPES.includes(type))) {
        call.respond({ errorCode: ErrorCode.unsupportedVersion, configResources: [] });
        return;
      }
      const all = call.version === 0 ? [ConfigResourceType.clientMetrics] : TYPES;
      const wanted = request.resourceTypes.length > 0 ? request.resourceTypes : all;
      const configResources = wanted.flatMap((resourceType) =>
        namesOf(services, resourceType).map((resourceName) => ({ resourceName, resourceType })),
      );
      call.respond({ errorCode: ErrorCode.none, configResources });
    },
  });
}

function namesOf({ topics, nodes, configs }: FrontServices, type: number): string[] {
  if (type === ConfigResourceType.topic) return topics.all().map((topic) => topics.spelling(topic));
  if (type === ConfigResourceType.broker) return nodes.ids.map(String);
  if (type === ConfigResourceType.group) return configs.groups();
  return [];
}
