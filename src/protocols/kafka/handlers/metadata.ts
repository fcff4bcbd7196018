import { BrokerError, type TopicInfo } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { type Call, defineHandler, type Handler } from '../handler.js';
import { NODE_ID, VIRTUAL_HOST } from '../kafka-options.js';
import { metadata, OPERATIONS_NOT_ASKED } from '../schema/metadata.js';
import { CLUSTER_OPERATIONS, maySeeTopic, topicOperations } from '../topics/allowed-operations.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

type Request = RequestOf<typeof metadata>;
type TopicAnswer = ResponseOf<typeof metadata>['topics'][number];

export function metadataHandler(services: FrontServices): Handler {
  const { host } = services;
  return defineHandler({
    api: metadata,
    served: '0-13',
    handle(request, call) {
      const { connection } = call;
      const topics = wantsAll(request, call.version)
        ? allTopics(services, request, connection.user)
        : namedTopics(services, request, call);
      // A topic that was created on the way must outlive a crash before anybody hears of it.
      host.whenStable(services.topics.changedIn, () =>
        call.respond({
          brokers: [{ nodeId: NODE_ID, host: connection.advertisedHost, port: connection.advertisedPort }],
          clusterId: services.clusterId,
          controllerId: NODE_ID,
          topics,
          clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
            ? CLUSTER_OPERATIONS
            : OPERATIONS_NOT_ASKED,
        }),
      );
    },
  });
}

/** Null asks for everything; so did, before null was legal, an empty list. */
function wantsAll(request: Request, version: number): boolean {
  return request.topics === null || (version === 0 && request.topics.length === 0);
}

function allTopics(services: FrontServices, request: Request, user: string): TopicAnswer[] {
  const { broker } = services.host;
  return services.topics
    .all()
    .filter((topic) => maySeeTopic(broker, user, topic.name))
    .map((topic) => describe(services, topic, request, user));
}

function namedTopics(services: FrontServices, request: Request, call: Call<typeof metadata>): TopicAnswer[] {
  const { broker } = services.host;
  const { user } = call.connection;
  return (request.topics ?? []).map(({ name, topicId }): TopicAnswer => {
    const found = services.topics.find(name, topicId);
    if (found.topic !== undefined) {
      if (maySeeTopic(broker, user, found.topic.name)) return describe(services, found.topic, request, user);
      return missing(name, topicId, ErrorCode.topicAuthorizationFailed);
    }
    if (found.errorCode === ErrorCode.unknownTopicOrPartition && name !== null && mayCreate(services, request)) {
      return create(services, name, request, user);
    }
    return missing(name, topicId, found.errorCode);
  });
}

function mayCreate(services: FrontServices, request: Request): boolean {
  return services.options.autoCreateTopics && request.allowAutoTopicCreation;
}

function create(services: FrontServices, name: string, request: Request, user: string): TopicAnswer {
  const { broker } = services.host;
  const fault = services.topics.creationFault(name);
  if (fault !== undefined) return missing(name, ZERO_UUID, fault.errorCode);
  if (!broker.allowed(user, VIRTUAL_HOST, 'configure', name)) {
    return missing(name, ZERO_UUID, ErrorCode.topicAuthorizationFailed);
  }
  try {
    const topic = services.topics.create(name, services.options.defaultPartitions, {});
    return describe(services, topic, request, user);
  } catch (error) {
    if (error instanceof BrokerError) return missing(name, ZERO_UUID, codeOf(error.kind));
    throw error;
  }
}

function missing(name: string | null, topicId: string, errorCode: number): TopicAnswer {
  return { errorCode, name: topicId === ZERO_UUID ? (name ?? '') : null, topicId, partitions: [] };
}

function describe(services: FrontServices, topic: TopicInfo, request: Request, user: string): TopicAnswer {
  return {
    errorCode: ErrorCode.none,
    name: services.topics.spelling(topic),
    topicId: topic.id,
    partitions: topic.partitionHandles.map((handle, partitionIndex) => ({
      errorCode: ErrorCode.none,
      partitionIndex,
      leaderId: NODE_ID,
      leaderEpoch: services.host.broker.partition(handle).leaderEpoch,
      replicaNodes: [NODE_ID],
      isrNodes: [NODE_ID],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: request.includeTopicAuthorizedOperations
      ? topicOperations(services.host.broker, user, topic.name)
      : OPERATIONS_NOT_ASKED,
  };
}
