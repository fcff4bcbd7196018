import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { alterConfigs as alterConfigsApi } from '../schema/alter-configs.js';
import { alterConfigs } from '../topics/alter-configs.js';
import { ConfigOperation } from '../topics/config-change.js';

/** What is set and not named goes back to its default: so this API has always been. */
export function alterConfigsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: alterConfigsApi,
    served: '0-2',
    handle(request, call) {
      const responses = request.resources.map((resource) =>
        alterConfigs(services, resource, call.connection, request.validateOnly, (declared) => [
          ...Object.keys(declared)
            .filter((name) => resource.configs.every((config) => config.name !== name))
            .map((name) => ({ name, operation: ConfigOperation.delete, value: null })),
          ...resource.configs.map(({ name, value }) => ({ name, operation: ConfigOperation.set, value })),
        ]),
      );
      services.host.whenStable(services.host.broker.flush, () => call.respond({ responses }));
    },
  });
}
