import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { incrementalAlterConfigs } from '../schema/incremental-alter-configs.js';
import { alterConfigs } from '../topics/alter-configs.js';

export function incrementalAlterConfigsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: incrementalAlterConfigs,
    served: '0-1',
    handle(request, call) {
      const responses = request.resources.map((resource) =>
        alterConfigs(services, resource, call.connection, request.validateOnly, () =>
          resource.configs.map(({ name, configOperation: operation, value }) => ({ name, operation, value })),
        ),
      );
      services.host.whenStable(services.host.broker.flush, () => call.respond({ responses }));
    },
  });
}
