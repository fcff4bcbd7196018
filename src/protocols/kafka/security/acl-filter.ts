import { type Acl, Operation, PatternType, PermissionType, ResourceType, WILDCARD } from './acl.js';

/** Which lines a request is about: null, and the numbers for `any`, leave a field open. */
export interface AclFilter {
  readonly resourceTypeFilter: number;
  readonly resourceNameFilter: string | null;
  readonly patternTypeFilter: number;
  readonly principalFilter: string | null;
  readonly hostFilter: string | null;
  readonly operation: number;
  readonly permissionType: number;
}

/** What is wrong with the filter, in words for the client. */
export function aclFilterFault(filter: AclFilter): string | undefined {
  const { resourceTypeFilter, patternTypeFilter, operation, permissionType } = filter;
  if (resourceTypeFilter < ResourceType.any || resourceTypeFilter > ResourceType.user) return 'Unknown resource type';
  if (patternTypeFilter < PatternType.any || patternTypeFilter > PatternType.prefixed) return 'Unknown pattern type';
  if (operation < Operation.any || operation > Operation.twoPhaseCommit) return 'Unknown operation';
  if (permissionType < PermissionType.any || permissionType > PermissionType.allow) return 'Unknown permission type';
  return undefined;
}

export function matchesFilter(acl: Acl, filter: AclFilter): boolean {
  return (
    (filter.resourceTypeFilter === ResourceType.any || filter.resourceTypeFilter === acl.resourceType) &&
    matchesPattern(acl, filter.resourceNameFilter, filter.patternTypeFilter) &&
    (filter.principalFilter === null || filter.principalFilter === acl.principal) &&
    (filter.hostFilter === null || filter.hostFilter === acl.host) &&
    (filter.operation === Operation.any || filter.operation === acl.operation) &&
    (filter.permissionType === PermissionType.any || filter.permissionType === acl.permissionType)
  );
}

/** `match` finds every line that would apply to a resource of that name; the others compare the pattern itself. */
function matchesPattern(acl: Acl, name: string | null, patternType: number): boolean {
  if (patternType === PatternType.match) return name === null || meetsName(acl, name);
  if (patternType !== PatternType.any && patternType !== acl.patternType) return false;
  return name === null || name === acl.resourceName;
}

/** Whether the line's pattern meets a resource of that name. */
export function meetsName({ patternType, resourceName }: Acl, name: string): boolean {
  if (patternType === PatternType.prefixed) return name.startsWith(resourceName);
  return resourceName === name || resourceName === WILDCARD;
}
