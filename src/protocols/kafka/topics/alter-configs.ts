import { BrokerError } from '../../../core/index.js';
import type { ClientConnection } from '../connection/client-connection.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { Operation } from '../security/acl.js';
import { DYNAMIC_BROKER_CONFIGS } from './broker-config.js';
import { brokerConfigEntries } from './broker-config-entries.js';
import { changeConfigs, type ConfigChange, ConfigOperation } from './config-change.js';
import type { ConfigSet } from './config-definition.js';
import type { ConfigValues } from './dynamic-configs.js';
import { GROUP_CONFIGS } from './group-config.js';
import { TOPIC_CONFIGS } from './topic-config.js';
import { declaredConfigs } from './topic-config-entries.js';

/** Kafka's numbers of what has a configuration. */
export const ConfigResourceType = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const;

export interface ConfigResource {
  readonly resourceType: number;
  readonly resourceName: string;
}

export interface AlterResult extends ConfigResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Gives the changes to a resource, knowing what is set now. */
export type ChangesTo = (declared: ConfigValues) => readonly ConfigChange[];

/** What can be changed, and how: the part that differs from resource to resource. */
interface Target {
  readonly configs: ConfigSet;
  readonly declared: ConfigValues;
  store(values: ConfigValues): void;
}

interface Refusal {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Changes the configuration of a resource, or only checks that it could be. */
export function alterConfigs(
  services: FrontServices,
  resource: ConfigResource,
  connection: ClientConnection,
  validateOnly: boolean,
  changesTo: ChangesTo,
): AlterResult {
  const { resourceType, resourceName } = resource;
  const result = (errorCode: number, errorMessage: string | null = null) => ({
    resourceType,
    resourceName,
    errorCode,
    errorMessage,
  });
  const target = targetOf(services, resource, connection);
  if ('errorCode' in target) return result(target.errorCode, target.errorMessage);
  const changes = changesTo(target.declared);
  const malformed = requestFault(changes) ?? staticFault(services, resource, connection, changes);
  if (malformed !== undefined) return result(ErrorCode.invalidRequest, malformed);
  const changed = changeConfigs(target.configs, target.declared, changes);
  if (changed.fault !== undefined) return result(ErrorCode.invalidConfig, changed.fault);
  if (validateOnly) return result(ErrorCode.none);
  try {
    target.store(changed.values);
    return result(ErrorCode.none);
  } catch (error) {
    if (error instanceof BrokerError) return result(codeOf(error.kind), error.message);
    throw error;
  }
}

function targetOf(
  services: FrontServices,
  { resourceType, resourceName }: ConfigResource,
  connection: ClientConnection,
): Target | Refusal {
  switch (resourceType) {
    case ConfigResourceType.topic:
      return topicTarget(services, resourceName, connection);
    case ConfigResourceType.broker:
      return brokerTarget(services, resourceName, connection);
    case ConfigResourceType.group:
      return groupTarget(services, resourceName, connection);
    default:
      return { errorCode: ErrorCode.invalidRequest, errorMessage: `Unsupported resource type ${resourceType}` };
  }
}

function topicTarget(services: FrontServices, name: string, connection: ClientConnection): Target | Refusal {
  if (name === '') {
    return { errorCode: ErrorCode.invalidRequest, errorMessage: 'Default topic resources are not allowed.' };
  }
  const { topic, errorCode } = services.topics.find(name);
  if (topic === undefined) {
    return { errorCode, errorMessage: `The topic '${name}' does not exist.` };
  }
  if (!services.access.mayTopic(connection, Operation.alterConfigs, topic.name)) {
    return { errorCode: ErrorCode.topicAuthorizationFailed, errorMessage: 'Topic authorization failed.' };
  }
  const declared = declaredConfigs(topic);
  return {
    configs: TOPIC_CONFIGS,
    declared,
    store: (values) => services.topics.configure(topic, declared, values),
  };
}

function brokerTarget(services: FrontServices, name: string, connection: ClientConnection): Target | Refusal {
  if (name !== '' && !(/^\d+$/.test(name) && services.nodes.has(Number(name)))) {
    return { errorCode: ErrorCode.invalidRequest, errorMessage: `There is no broker '${name}'.` };
  }
  if (!services.access.mayCluster(connection, Operation.alterConfigs)) {
    return { errorCode: ErrorCode.clusterAuthorizationFailed, errorMessage: 'Cluster authorization failed.' };
  }
  return {
    configs: DYNAMIC_BROKER_CONFIGS,
    declared: services.configs.ofBroker(name),
    store: (values) => {
      const before = services.topics.brokerDefaults;
      services.configs.setBroker(name, values);
      services.topics.followDefaults(before);
    },
  };
}

function groupTarget(services: FrontServices, groupId: string, connection: ClientConnection): Target | Refusal {
  if (groupId === '') {
    return { errorCode: ErrorCode.invalidRequest, errorMessage: 'Default group resources are not allowed.' };
  }
  if (!services.access.mayGroup(connection, Operation.alterConfigs, groupId)) {
    return { errorCode: ErrorCode.groupAuthorizationFailed, errorMessage: 'Group authorization failed.' };
  }
  return {
    configs: GROUP_CONFIGS,
    declared: services.configs.ofGroup(groupId),
    store: (values) => services.configs.setGroup(groupId, values),
  };
}

/** What no resource allows, whatever its configurations are. */
function requestFault(changes: readonly ConfigChange[]): string | undefined {
  const names = changes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `Error due to duplicate config keys: ${twice}`;
  const empty = changes.find(({ operation, value }) => operation !== ConfigOperation.delete && value === null);
  return empty === undefined ? undefined : `Null value not supported for: ${empty.name}`;
}

/** What a broker is started with is known, and cannot be changed. */
function staticFault(
  services: FrontServices,
  { resourceType }: ConfigResource,
  connection: ClientConnection,
  changes: readonly ConfigChange[],
): string | undefined {
  if (resourceType !== ConfigResourceType.broker) return undefined;
  const fixed = brokerConfigEntries(services, connection.node, connection).filter(({ readOnly }) => readOnly);
  const named = changes.filter(({ name }) => fixed.some((entry) => entry.name === name)).map(({ name }) => name);
  return named.length === 0 ? undefined : `Cannot update these configs dynamically: ${named.join(', ')}`;
}
