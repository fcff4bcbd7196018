import { BrokerError } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import type { Nodes } from '../nodes.js';
import { createTopics } from '../schema/create-topics.js';
import type { Asker } from '../security/access.js';
import type { ConfigEntry } from '../topics/config-entry.js';
import { QUEUE_CONFIG, settingsOf, TOPIC_CONFIGS } from '../topics/topic-config.js';
import { topicConfigEntries } from '../topics/topic-config-entries.js';
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
          : findRefusal(services, asked, call.connection);
        if (refusal !== undefined) return refused(asked.name, refusal);
        try {
          return create(services, asked, request.validateOnly);
        } catch (error) {
          if (!(error instanceof BrokerError)) throw error;
          return refused(asked.name, { errorCode: codeOf(error.kind), message: error.message });
        }
      });
      const made = topics.filter(({ errorCode }) => errorCode === ErrorCode.none);
      if (!request.validateOnly) {
        call.charge(
          'mutation',
          made.reduce((sum, { numPartitions = 1 }) => sum + numPartitions, 0),
        );
      }
      host.whenStable(services.topics.changedIn, () => call.respond({ topics }));
    },
  });
}

export function namedTwice(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

function findRefusal(services: FrontServices, asked: Asked, asker: Asker): Refusal | undefined {
  const fault = services.topics.creationFault(asked.name);
  if (fault !== undefined) return fault;
  if (!services.access.mayCreateTopic(asker, asked.name)) {
    return { errorCode: ErrorCode.topicAuthorizationFailed, message: 'Not allowed to create this topic.' };
  }
  return layoutFault(asked, services.nodes) ?? configsFault(asked);
}

/** Partitions and replicas, given as numbers (-1: the default) or as an assignment to nodes. */
function layoutFault({ numPartitions, replicationFactor, assignments }: Asked, nodes: Nodes): Refusal | undefined {
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1) {
      return { errorCode: ErrorCode.invalidRequest, message: 'Give either numbers or assignments, not both.' };
    }
    const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex));
    const consecutive = indexes.size === assignments.length && assignments.every((_, index) => indexes.has(index));
    const known = assignments.every(({ brokerIds }) => areReplicas(brokerIds, nodes));
    const even = assignments.every(({ brokerIds }) => brokerIds.length === assignments[0].brokerIds.length);
    if (consecutive && known && even) return undefined;
    return {
      errorCode: ErrorCode.invalidReplicaAssignment,
      message: 'Partitions are counted from 0, and each is on as many brokers that exist as any other.',
    };
  }
  if (numPartitions !== -1 && (numPartitions < 1 || numPartitions > MAX_PARTITIONS)) {
    return {
      errorCode: ErrorCode.invalidPartitions,
      message: `Number of partitions must be between 1 and ${MAX_PARTITIONS}, or -1 for the default.`,
    };
  }
  if (replicationFactor === -1 || (replicationFactor >= 1 && replicationFactor <= nodes.count)) return undefined;
  const message =
    replicationFactor < 1
      ? 'Replication factor must be larger than 0.'
      : `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ` +
        `${replicationFactor} cannot be reached because only ${nodes.count} broker(s) are registered.`;
  return { errorCode: ErrorCode.invalidReplicationFactor, message };
}

/** Whether a partition can be said to be on these nodes. */
export function areReplicas(brokerIds: readonly number[], nodes: Nodes): boolean {
  const distinct = new Set(brokerIds);
  return distinct.size > 0 && distinct.size === brokerIds.length && brokerIds.every((id) => nodes.has(id));
}

function configsFault({ configs, numPartitions, assignments }: Asked): Refusal | undefined {
  for (const { name, value } of configs) {
    const fault = TOPIC_CONFIGS.fault(name, value);
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
  const copies = asked.assignments.length > 0 ? asked.assignments[0].brokerIds.length : asked.replicationFactor;
  const replicationFactor = copies === -1 ? 1 : copies;
  const configs = Object.fromEntries(asked.configs.map(({ name, value }) => [name, value ?? '']));
  const topicId = validateOnly
    ? ZERO_UUID
    : services.topics.create(asked.name, partitions, configs, replicationFactor).id;
  return {
    name: asked.name,
    topicId,
    errorCode: ErrorCode.none,
    numPartitions: partitions,
    replicationFactor,
    configs: topicConfigEntries(configs, settingsOf(configs, {}), services.topics.brokerDefaults).map(describe),
  };
}

function describe({ name, value, readOnly, source }: ConfigEntry) {
  return { name, value, readOnly, configSource: source, isSensitive: false };
}

function refused(name: string, { errorCode, message }: Refusal): Answer {
  return { name, topicId: ZERO_UUID, errorCode, errorMessage: message, configs: [] };
}
