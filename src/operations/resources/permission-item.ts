import { regexesOfRules, type RegexPermission } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Item } from '../http/listing.js';

export interface RegexGrant extends RegexPermission {
  readonly user: string;
  readonly virtualHost: string;
}

/** Permissions in RabbitMQ's form; those that it cannot say are left out. */
export function permissionsOf({ administration }: AdminContext): RegexGrant[] {
  const grants: RegexGrant[] = [];
  for (const { user, virtualHost, rules } of administration.permissions.all()) {
    const regexes = regexesOfRules(rules);
    if (regexes !== undefined) grants.push({ user, virtualHost, ...regexes });
  }
  return grants;
}

export function permissionItem({ user, virtualHost, configure, write, read }: RegexGrant): Item {
  return { user, vhost: virtualHost, configure, write, read };
}

export function topicPermissionsOf({ administration }: AdminContext): {
  user: string;
  vhost: string;
  exchange: string;
  write: string;
  read: string;
}[] {
  return Array.from(administration.topicPermissions.all(), ({ user, virtualHost, exchange, write, read }) => {
    return { user, vhost: virtualHost, exchange, write, read };
  });
}
