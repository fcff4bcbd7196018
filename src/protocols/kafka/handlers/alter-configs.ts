import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { alterConfigs } from '../schema/alter-configs.js';
import { alterTopicConfigs } from '../topics/alter-topic-configs.js';
import { ConfigOperation } from '../topics/config-change.js';

/** What is set and not named goes back to its default: so this API has always been. */
export function alterConfigsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: alterConfigs,
    served: '0-2',
    handle(request, call) {
      const { user } = call.connection;
      const responses = request.resources.map((resource) =>
        alterTopicConfigs(services, resource, user, request.validateOnly, (declared) => [
          ...Object.keys(declared)
            .filter((name) => resource.configs.every((config) => config.name !== name))
            .map((name) => ({ name, operation: ConfigOperation.delete, value: null })),
          ...resource.configs.map(({ name, value }) => ({ name, operation: ConfigOperation.set, value })),
        ]),
      );
      services.host.whenStable(services.topics.changedIn, () => call.respond({ responses }));
    },
  });
}
