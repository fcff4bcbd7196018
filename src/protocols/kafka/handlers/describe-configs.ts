import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { type Call, defineHandler, type Handler } from '../handler.js';
import { NODE_ID, VIRTUAL_HOST } from '../kafka-options.js';
import { describeConfigs } from '../schema/describe-configs.js';
import { brokerConfigEntries } from '../topics/broker-config-entries.js';
import { type ConfigEntry, declaredConfigs, topicConfigEntries } from '../topics/topic-config-entries.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';

type Request = RequestOf<typeof describeConfigs>;
type Answer = ResponseOf<typeof describeConfigs>['results'][number];

const TOPIC = 2;
const BROKER = 4;

export function describeConfigsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: describeConfigs,
    served: '1-4',
    handle(request, call) {
      const results = request.resources.map((resource): Answer => {
        const { resourceType, resourceName, configurationKeys } = resource;
        const found = find(services, resourceType, resourceName, call);
        if (typeof found === 'number') {
          return { errorCode: found, errorMessage: null, resourceType, resourceName, configs: [] };
        }
        const wanted = found.filter(({ name }) => configurationKeys === null || configurationKeys.includes(name));
        const configs = wanted.map((entry) => describe(entry, request));
        return { errorCode: ErrorCode.none, resourceType, resourceName, configs };
      });
      call.respond({ results });
    },
  });
}

function find(
  services: FrontServices,
  resourceType: number,
  resourceName: string,
  call: Call<typeof describeConfigs>,
): readonly ConfigEntry[] | number {
  if (resourceType === BROKER) {
    const known = resourceName === '' || resourceName === String(NODE_ID);
    return known ? brokerConfigEntries(services.options, call.connection) : ErrorCode.invalidRequest;
  }
  if (resourceType !== TOPIC) return ErrorCode.invalidRequest;
  const { topic, errorCode } = services.topics.find(resourceName);
  if (topic === undefined) return errorCode;
  const { broker } = services.host;
  if (!broker.allowed(call.connection.user, VIRTUAL_HOST, 'configure', topic.name)) {
    return ErrorCode.topicAuthorizationFailed;
  }
  return topicConfigEntries(declaredConfigs(topic), topic.settings);
}

function describe(entry: ConfigEntry, request: Request): Answer['configs'][number] {
  const { name, value, readOnly, source, type, synonyms } = entry;
  return {
    name,
    value,
    readOnly,
    configSource: source,
    isSensitive: false,
    synonyms: request.includeSynonyms ? synonyms : [],
    configType: type,
    documentation: null,
  };
}
