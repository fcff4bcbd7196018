import type { Broker } from '../../../core/index.js';
import type { ClientConnection } from '../connection/client-connection.js';
import { VIRTUAL_HOST } from '../kafka-options.js';
import { CLUSTER_NAME, Operation, operationBits, operationsOf, ResourceType } from './acl.js';
import type { AclList } from './acl-list.js';

/** Who asks, and from where. */
export type Asker = Pick<ClientConnection, 'user' | 'principal' | 'remoteAddress'>;

/** How the core names an operation on a topic. */
const CORE_OPERATION: Readonly<Record<number, 'configure' | 'write' | 'read'>> = {
  [Operation.read]: 'read',
  [Operation.write]: 'write',
};

/** What changes the cluster for everybody. */
const CLUSTER_CHANGES: readonly number[] = [Operation.alter, Operation.alterConfigs, Operation.clusterAction];

/**
 * Who may do what (docs/decisions/kafka-security.md). A line of the access control list that denies wins, one that
 * allows suffices, and where no line is about the resource the user's permissions in the core decide; clients without
 * a name have those of the broker's own user.
 */
export class Access {
  readonly #broker: Broker;
  readonly #acls: AclList;

  constructor(broker: Broker, acls: AclList) {
    this.#broker = broker;
    this.#acls = acls;
  }

  mayTopic(asker: Asker, operation: number, name: string): boolean {
    return this.#may(asker, operation, ResourceType.topic, name, () => this.#coreTopic(asker, operation, name));
  }

  mayGroup(asker: Asker, operation: number, groupId: string): boolean {
    return this.#may(asker, operation, ResourceType.group, groupId, () => this.#mayEnter(asker));
  }

  mayTransact(asker: Asker, operation: number, transactionalId: string): boolean {
    return this.#may(asker, operation, ResourceType.transactionalId, transactionalId, () => this.#mayEnter(asker));
  }

  mayCluster(asker: Asker, operation: number): boolean {
    return this.#may(asker, operation, ResourceType.cluster, CLUSTER_NAME, () =>
      CLUSTER_CHANGES.includes(operation)
        ? this.#broker.allowed(asker.user, VIRTUAL_HOST, 'configure', CLUSTER_NAME)
        : this.#mayEnter(asker),
    );
  }

  /** A topic may be created by whoever may create it, or topics in general. */
  mayCreateTopic(asker: Asker, name: string): boolean {
    if (this.mayTopic(asker, Operation.create, name)) return true;
    const { principal, remoteAddress } = asker;
    return this.#acls.judge(principal, remoteAddress, Operation.create, ResourceType.cluster, CLUSTER_NAME) === 'allow';
  }

  /** An idempotent producer needs to be allowed to write somewhere (KIP-679). */
  mayInitProducer(asker: Asker): boolean {
    if (this.mayCluster(asker, Operation.idempotentWrite)) return true;
    const { principal, remoteAddress } = asker;
    return this.#acls.allowsSomewhere(principal, remoteAddress, Operation.write, ResourceType.topic);
  }

  topicOperations(asker: Asker, name: string): number {
    return bits(ResourceType.topic, (operation) => this.mayTopic(asker, operation, name));
  }

  groupOperations(asker: Asker, groupId: string): number {
    return bits(ResourceType.group, (operation) => this.mayGroup(asker, operation, groupId));
  }

  clusterOperations(asker: Asker): number {
    return bits(ResourceType.cluster, (operation) => this.mayCluster(asker, operation));
  }

  #may(asker: Asker, operation: number, resourceType: number, name: string, inCore: () => boolean): boolean {
    if (this.#acls.isEmpty) return inCore();
    const verdict = this.#acls.judge(asker.principal, asker.remoteAddress, operation, resourceType, name);
    if (verdict === 'allow') return true;
    if (verdict === 'deny') return false;
    return (verdict === 'unlisted' || this.#isAboveLists(asker)) && inCore();
  }

  /** Whoever may change the list need not be on it: a named user with that permission in the core. */
  #isAboveLists({ user, principal }: Asker): boolean {
    return principal !== ANONYMOUS && this.#broker.allowed(user, VIRTUAL_HOST, 'configure', CLUSTER_NAME);
  }

  #coreTopic({ user }: Asker, operation: number, name: string): boolean {
    if (operation !== Operation.describe) {
      return this.#broker.allowed(user, VIRTUAL_HOST, CORE_OPERATION[operation] ?? 'configure', name);
    }
    const anything = ['read', 'write', 'configure'] as const;
    return anything.some((each) => this.#broker.allowed(user, VIRTUAL_HOST, each, name));
  }

  #mayEnter({ user }: Asker): boolean {
    return this.#broker.mayEnter(user, VIRTUAL_HOST);
  }
}

/** The principal of clients that did not say who they are. */
export const ANONYMOUS = 'User:ANONYMOUS';

function bits(resourceType: number, may: (operation: number) => boolean): number {
  return operationBits(operationsOf(resourceType).filter(may));
}
