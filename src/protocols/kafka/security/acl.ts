/** Kafka's numbers in access control lists (KIP-11, KIP-290). */

export const ResourceType = {
  any: 1,
  topic: 2,
  group: 3,
  cluster: 4,
  transactionalId: 5,
  delegationToken: 6,
  user: 7,
} as const;

export const Operation = {
  any: 1,
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
  createTokens: 13,
  describeTokens: 14,
  twoPhaseCommit: 15,
} as const;

export const PatternType = { any: 1, match: 2, literal: 3, prefixed: 4 } as const;

export const PermissionType = { any: 1, deny: 2, allow: 3 } as const;

/** The one name that a resource of type cluster can have. */
export const CLUSTER_NAME = 'kafka-cluster';

/** Stands for every name, principal or host where it is the whole of one. */
export const WILDCARD = '*';

/** One line of the list: a principal, on a host, may or may not do something to what the pattern meets. */
export interface Acl {
  readonly resourceType: number;
  readonly patternType: number;
  readonly resourceName: string;
  /** `User:alice`, or `User:*`. */
  readonly principal: string;
  /** An address, or `*`. */
  readonly host: string;
  readonly operation: number;
  readonly permissionType: number;
}

/** What may be done with a resource of each type; `all` is always legal. */
const OPERATIONS_OF_TYPE: Readonly<Record<number, readonly number[]>> = {
  [ResourceType.topic]: [
    Operation.read,
    Operation.write,
    Operation.create,
    Operation.delete,
    Operation.alter,
    Operation.describe,
    Operation.describeConfigs,
    Operation.alterConfigs,
  ],
  [ResourceType.group]: [
    Operation.read,
    Operation.delete,
    Operation.describe,
    Operation.describeConfigs,
    Operation.alterConfigs,
  ],
  [ResourceType.cluster]: [
    Operation.create,
    Operation.alter,
    Operation.describe,
    Operation.clusterAction,
    Operation.describeConfigs,
    Operation.alterConfigs,
    Operation.idempotentWrite,
  ],
  [ResourceType.transactionalId]: [Operation.write, Operation.describe, Operation.twoPhaseCommit],
  [ResourceType.delegationToken]: [Operation.describe],
  [ResourceType.user]: [Operation.createTokens, Operation.describeTokens],
};

export function operationsOf(resourceType: number): readonly number[] {
  return OPERATIONS_OF_TYPE[resourceType] ?? [];
}

/** Kafka's bit field of operations: bit n for number n. */
export function operationBits(operations: readonly number[]): number {
  return operations.reduce((bits, operation) => bits | (1 << operation), 0);
}

/** What is wrong with adding this line, in words for the client. */
export function aclFault(acl: Acl): string | undefined {
  const operations = OPERATIONS_OF_TYPE[acl.resourceType];
  if (operations === undefined) return `Resource type ${acl.resourceType} is not one that a line can name`;
  if (acl.patternType !== PatternType.literal && acl.patternType !== PatternType.prefixed) {
    return `Pattern type ${acl.patternType} is not one that a line can have: it is literal or prefixed`;
  }
  if (acl.resourceName === '') return 'The resource name is empty';
  if (acl.resourceType === ResourceType.cluster && acl.resourceName !== CLUSTER_NAME) {
    return `The only name in the CLUSTER resource type is ${CLUSTER_NAME}`;
  }
  if (acl.operation !== Operation.all && !operations.includes(acl.operation)) {
    return `Operation ${acl.operation} makes no sense for resource type ${acl.resourceType}`;
  }
  if (acl.permissionType !== PermissionType.allow && acl.permissionType !== PermissionType.deny) {
    return `Permission type ${acl.permissionType} is neither allow nor deny`;
  }
  if (!/^[^:]+:.+/s.test(acl.principal)) return `Principal '${acl.principal}' is not of the form type:name`;
  return acl.host === '' ? 'The host is empty' : undefined;
}
