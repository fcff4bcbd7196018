import type { Route } from './http/route.js';
import { bindingRoutes } from './resources/bindings.js';
import { connectionRoutes } from './resources/connections.js';
import { definitionRoutes } from './resources/definitions.js';
import { exchangeRoutes } from './resources/exchanges.js';
import { healthRoutes } from './resources/health.js';
import { overviewRoutes } from './resources/overview.js';
import { parameterRoutes } from './resources/parameters.js';
import { permissionRoutes } from './resources/permissions.js';
import { policyRoutes } from './resources/policies.js';
import { queueRoutes } from './resources/queues.js';
import { userLimitRoutes } from './resources/user-limits.js';
import { userRoutes } from './resources/users.js';
import { virtualHostRoutes } from './resources/virtual-hosts.js';

/** Every path of the API. */
export const allRoutes: readonly Route[] = [
  ...overviewRoutes,
  ...queueRoutes,
  ...exchangeRoutes,
  ...bindingRoutes,
  ...connectionRoutes,
  ...virtualHostRoutes,
  ...userRoutes,
  ...userLimitRoutes,
  ...permissionRoutes,
  ...policyRoutes,
  ...parameterRoutes,
  ...definitionRoutes,
  ...healthRoutes,
];
