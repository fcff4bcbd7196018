import { BrokerError, type TopicInfo } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { type Call, defineHandler, type Handler } from '../handler.js';
import { metadata, OPERATIONS_NOT_ASKED } from '../schema/metadata.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
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
        ? allTopics(services, request, connection)
        : namedTopics(services, request, call);
      // A topic that was created on the way must outlive a crash before anybody hears of it.
      host.whenStable(services.topics.changedIn, () =>
        call.respond({
          brokers: services.nodes.seenFrom(connection),
          clusterId: services.clusterId,
          controllerId: services.nodes.firstId,
          topics,
          clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
            ? services.access.clusterOperations(connection)
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

function allTopics(services: FrontServices, request: Request, asker: Asker): TopicAnswer[] {
  return services.topics
    .all()
    .filter((topic) => services.access.mayTopic(asker, Operation.describe, topic.name))
    .map((topic) => describe(services, topic, request, asker));
}

function namedTopics(services: FrontServices, request: Request, call: Call<typeof metadata>): TopicAnswer[] {
  const asker = call.connection;
  return (request.topics ?? []).map(({ name, topicId }): TopicAnswer => {
    const found = services.topics.find(name, topicId);
    if (found.topic !== undefined) {
      if (services.access.mayTopic(asker, Operation.describe, found.topic.name)) {
        return describe(services, found.topic, request, asker);
      }
      return missing(name, topicId, ErrorCode.topicAuthorizationFailed);
    }
    if (found.errorCode === ErrorCode.unknownTopicOrPartition && name !== null && mayCreate(services, request)) {
      return create(services, name, request, asker);
    }
    return missing(name, topicId, found.errorCode);
  });
}

function mayCreate(services: FrontServices, request: Request): boolean {
  return services.options.autoCreateTopics && request.allowAutoTopicCreation;
}

function create(services: FrontServices, name: string, request: Request, asker: Asker): TopicAnswer {
  const fault = services.topics.creationFault(name);
  if (fault !== undefined) return missing(name, ZERO_UUID, fault.errorCode);
  if (!services.access.mayCreateTopic(asker, name)) {
    return missing(name, ZERO_UUID, ErrorCode.topicAuthorizationFailed);
  }
  try {
    const topic = services.topics.create(name, services.options.defaultPartitions, {});
    return describe(services, topic, request, asker);
  } catch (error) {
    if (error instanceof BrokerError) return missing(name, ZERO_UUID, codeOf(error.kind));
    throw error;
  }
}

function missing(name: string | null, topicId: string, errorCode: number): TopicAnswer {
  return { errorCode, name: topicId === ZERO_UUID ? (name ?? '') : null, topicId, partitions: [] };
}

function describe(services: FrontServices, topic: TopicInfo, request: Request, asker: Asker): TopicAnswer {
  const { nodes, topics } = services;
  const copies = topics.replicationFactor(topic);
  return {
    errorCode: ErrorCode.none,
    name: services.topics.spelling(topic),
    topicId: topic.id,
    partitions: topic.partitionHandles.map((handle, partitionIndex) => ({
      errorCode: ErrorCode.none,
      partitionIndex,
      leaderId: nodes.leaderOf(topic.id, partitionIndex),
      leaderEpoch: services.host.broker.partition(handle).leaderEpoch,
      replicaNodes: nodes.replicasOf(topic.id, partitionIndex, copies),
      isrNodes: nodes.replicasOf(topic.id, partitionIndex, copies),
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: request.includeTopicAuthorizedOperations
      ? services.access.topicOperations(asker, topic.name)
      : OPERATIONS_NOT_ASKED,
  };
}
