import { BrokerError } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { VIRTUAL_HOST } from '../kafka-options.js';
import { createTopics } from '../schema/create-topics.js';
import { configFault, QUEUE_CONFIG, settingsOf } from '../topics/topic-config.js';
import { type ConfigEntry, topicConfigEntries } from '../topics/topic-config-entries.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

type Asked = RequestOf<typeof createTopics>['topics'][number];
type Answer = ResponseOf<typeof createTopics>['topics'][number];
interface Refusal {
  readonly errorCode: number;
  readonly message: string;
}

/** More would be a mistake more often than a plan, and every partition costs memory. */
const MAX_PARTITIONS = 10_000;

export function createTopicsHandler(services: FrontServices): Handler {
  const { host } = services;
  return defineHandler({
    api: createTopics,
    served: '2-7',
    handle(request, call) {
      const twice = namedTwice(request.topics.map(({ name }) => name));
      const topics = request.topics.map((asked): Answer => {
        const refusal = twice.has(asked.name)
          ? { errorCode: ErrorCode.invalidRequest, message: 'The topic is named more than once in the request.' }
          : findRefusal(services, asked, call.connection.user);
        if (refusal !== undefined) return refused(asked.name, refusal);
        try {
          return create(services, asked, request.validateOnly);
        } catch (error) {
          if (!(error instanceof BrokerError)) throw error;
          return refused(asked.name, { errorCode: codeOf(error.kind), message: error.message });
        }
      });
      host.whenStable(services.topics.changedIn, () => call.respond({ topics }));
    },
  });
}

export function namedTwice(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

function findRefusal(services: FrontServices, asked: Asked, user: string): Refusal | undefined {
  const fault = services.topics.creationFault(asked.name);
  if (fault !== undefined) return fault;
  if (!services.host.broker.allowed(user, VIRTUAL_HOST, 'configure', asked.name)) {
    return { errorCode: ErrorCode.topicAuthorizationFailed, message: 'Not allowed to create this topic.' };
  }
  return layoutFault(asked) ?? configsFault(asked);
}

/** Partitions and replicas, given as numbers (-1: the default) or as an assignment to nodes. */
function layoutFault({ numPartitions, replicationFactor, assignments }: Asked): Refusal | undefined {
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1) {
      return { errorCode: ErrorCode.invalidRequest, message: 'Give either numbers or assignments, not both.' };
    }
    const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex));
    const consecutive = indexes.size === assignments.length && assignments.every((_, index) => indexes.has(index));
    if (consecutive && assignments.every(({ brokerIds }) => brokerIds.length === 1)) return undefined;
    return { errorCode: ErrorCode.invalidReplicaAssignment, message: 'One replica per partition, counted from 0.' };
  }
  if (numPartitions !== -1 && (numPartitions < 1 || numPartitions > MAX_PARTITIONS)) {
    return {
      errorCode: ErrorCode.invalidPartitions,
      message: `Number of partitions must be between 1 and ${MAX_PARTITIONS}, or -1 for the default.`,
    };
  }
  if (replicationFactor === 1 || replicationFactor === -1) return undefined;
  return {
    errorCode: ErrorCode.invalidReplicationFactor,
    message: `Replication factor is ${replicationFactor}; there is one broker, so it can only be 1.`,
  };
}

function configsFault({ configs, numPartitions, assignments }: Asked): Refusal | undefined {
  for (const { name, value } of configs) {
    const fault = configFault(name, value);
    if (fault !== undefined) return { errorCode: ErrorCode.invalidConfig, message: fault };
    if (name === QUEUE_CONFIG && value === 'true' && Math.max(numPartitions, assignments.length) > 1) {
      return { errorCode: ErrorCode.invalidPartitions, message: 'A queue has one partition.' };
    }
  }
  return undefined;
}

function create(services: FrontServices, asked: Asked, validateOnly: boolean): Answer {
  const wanted = asked.assignments.length > 0 ? asked.assignments.length : asked.numPartitions;
  const partitions = wanted === -1 ? services.options.defaultPartitions : wanted;
  const configs = Object.fromEntries(asked.configs.map(({ name, value }) => [name, value ?? '']));
  const topicId = validateOnly ? ZERO_UUID : services.topics.create(asked.name, partitions, configs).id;
  return {
    name: asked.name,
    topicId,
    errorCode: ErrorCode.none,
    numPartitions: partitions,
    replicationFactor: 1,
    configs: topicConfigEntries(configs, settingsOf(configs, {})).map(describe),
  };
}

function describe({ name, value, readOnly, source }: ConfigEntry) {
  return { name, value, readOnly, configSource: source, isSensitive: false };
}

function refused(name: string, { errorCode, message }: Refusal): Answer {
  return { name, topicId: ZERO_UUID, errorCode, errorMessage: message, configs: [] };
}
