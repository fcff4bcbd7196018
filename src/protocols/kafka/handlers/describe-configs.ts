import type { ClientConnection } from '../connection/client-connection.js';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeConfigs } from '../schema/describe-configs.js';
import { Operation } from '../security/acl.js';
import { ConfigResourceType } from '../topics/alter-configs.js';
import { brokerConfigEntries, defaultBrokerConfigEntries } from '../topics/broker-config-entries.js';
import type { ConfigEntry } from '../topics/config-entry.js';
import { groupConfigEntries } from '../topics/group-config-entries.js';
import { declaredConfigs, topicConfigEntries } from '../topics/topic-config-entries.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';

type Request = RequestOf<typeof describeConfigs>;
type Answer = ResponseOf<typeof describeConfigs>['results'][number];
type Found = readonly ConfigEntry[] | { readonly errorCode: number; readonly errorMessage: string | null };

export function describeConfigsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: describeConfigs,
    served: '1-4',
    handle(request, call) {
      const results = request.resources.map((resource): Answer => {
        const { resourceType, resourceName, configurationKeys } = resource;
        const found = find(services, resourceType, resourceName, call.connection);
        if ('errorCode' in found) return { ...found, resourceType, resourceName, configs: [] };
        // Older clients ask for all of them by naming none.
        const all = configurationKeys === null || configurationKeys.length === 0;
        const wanted = found.filter(({ name }) => all || configurationKeys.includes(name));
        const configs = wanted.map((entry) => describe(entry, request));
        return { errorCode: ErrorCode.none, resourceType, resourceName, configs };
      });
      call.respond({ results });
    },
  });
}

function find(services: FrontServices, type: number, name: string, connection: ClientConnection): Found {
  switch (type) {
    case ConfigResourceType.topic:
      return ofTopic(services, name, connection);
    case ConfigResourceType.broker:
      return ofBroker(services, name, connection);
    case ConfigResourceType.group:
      if (services.access.mayGroup(connection, Operation.describeConfigs, name)) {
        return groupConfigEntries(services.configs.ofGroup(name));
      }
      return { errorCode: ErrorCode.groupAuthorizationFailed, errorMessage: null };
    default:
      return { errorCode: ErrorCode.invalidRequest, errorMessage: `Unsupported resource type ${type}` };
  }
}

function ofTopic(services: FrontServices, name: string, connection: ClientConnection): Found {
  const { topic, errorCode } = services.topics.find(name);
  if (topic === undefined) return { errorCode, errorMessage: null };
  if (!services.access.mayTopic(connection, Operation.describeConfigs, topic.name)) {
    return { errorCode: ErrorCode.topicAuthorizationFailed, errorMessage: null };
  }
  return topicConfigEntries(declaredConfigs(topic), topic.settings, services.topics.brokerDefaults);
}

function ofBroker(services: FrontServices, name: string, connection: ClientConnection): Found {
  if (!services.access.mayCluster(connection, Operation.describeConfigs)) {
    return { errorCode: ErrorCode.clusterAuthorizationFailed, errorMessage: null };
  }
  if (name === '') return defaultBrokerConfigEntries(services);
  if (/^\d+$/.test(name) && services.nodes.has(Number(name))) {
    return brokerConfigEntries(services, Number(name), connection);
  }
  return { errorCode: ErrorCode.invalidRequest, errorMessage: `There is no broker '${name}'.` };
}

function describe(entry: ConfigEntry, request: Request): Answer['configs'][number] {
  const { name, value, readOnly, source, type, synonyms, documentation } = entry;
  return {
    name,
    value,
    readOnly,
    configSource: source,
    isSensitive: false,
    synonyms: request.includeSynonyms ? synonyms : [],
    configType: type,
    documentation: request.includeDocumentation ? documentation : null,
  };
}
