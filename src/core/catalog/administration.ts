import type { Destinations } from './destinations.js';
import type { Parameters } from './parameters.js';
import type { Permissions } from './permissions.js';
import type { Policies } from './policies.js';
import type { TopicPermissions } from './topic-permissions.js';
import type { Users } from './users.js';
import type { VirtualHostLimits } from './virtual-host-limits.js';
import type { VirtualHosts } from './virtual-hosts.js';

/**
 * What administrators change, beside what every dialect may ask of the broker. Changes belong to the flush that is
 * gathering, as those of a command do. Virtual hosts are deleted by the broker, with all that is in them.
 */
export interface Administration {
  readonly users: Users;
  readonly permissions: Permissions;
  readonly topicPermissions: TopicPermissions;
  readonly virtualHosts: VirtualHosts;
  readonly parameters: Parameters;
  readonly policies: Policies;
  readonly limits: VirtualHostLimits;
}

/** The parts of the core that administrators may change. */
export function administrationOf(core: {
  readonly users: Users;
  readonly permissions: Permissions;
  readonly destinations: Destinations;
}): Administration {
  const { users, permissions, destinations } = core;
  const { topicPermissions, hosts, parameters, policies, limits } = destinations;
  return { users, permissions, topicPermissions, virtualHosts: hosts, parameters, policies, limits };
}
