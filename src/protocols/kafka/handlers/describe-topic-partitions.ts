import type { TopicInfo } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeTopicPartitions } from '../schema/describe-topic-partitions.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

type Request = RequestOf<typeof describeTopicPartitions>;
type Response = ResponseOf<typeof describeTopicPartitions>;
type TopicAnswer = Response['topics'][number];

/** Kafka's max.request.partition.size.limit: no answer tells of more. */
const MOST_PARTITIONS = 2000;

/** Topics in the order of their names, as many partitions at a time as the client wants, from its cursor on (KIP-966). */
export function describeTopicPartitionsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: describeTopicPartitions,
    served: '0-0',
    handle(request, call) {
      call.respond(describe(services, request, call.connection));
    },
  });
}

function describe(services: FrontServices, request: Request, asker: Asker): Response {
  const { cursor } = request;
  const mayStay = (name: string) => cursor === null || name >= cursor.topicName;
  const asked = request.topics.map(({ name }) => name);
  const names = (asked.length > 0 ? [...new Set(asked)] : visibleTopics(services, asker)).filter(mayStay).sort();
  let room = Math.min(Math.max(1, request.responsePartitionLimit), MOST_PARTITIONS);
  const topics: TopicAnswer[] = [];
  for (const name of names) {
    const from = name === cursor?.topicName ? Math.max(0, cursor.partitionIndex) : 0;
    if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: from } };
    const { topic, errorCode } = services.topics.find(name);
    if (topic === undefined) topics.push(missing(name, errorCode));
    else if (!services.access.mayTopic(asker, Operation.describe, topic.name)) {
      topics.push(missing(name, ErrorCode.topicAuthorizationFailed));
    } else {
      const partitions = partitionsOf(services, topic, from, from + room);
      room -= partitions.length;
      topics.push({
        errorCode: ErrorCode.none,
        name,
        topicId: topic.id,
        partitions,
        topicAuthorizedOperations: services.access.topicOperations(asker, topic.name),
      });
      const next = from + partitions.length;
      if (next < topic.partitionHandles.length) {
        return { topics, nextCursor: { topicName: name, partitionIndex: next } };
      }
    }
  }
  return { topics, nextCursor: null };
}

function visibleTopics({ topics, access }: FrontServices, asker: Asker): string[] {
  const visible = topics.all().filter(({ name }) => access.mayTopic(asker, Operation.describe, name));
  return visible.map((topic) => topics.spelling(topic));
}

function partitionsOf({ topics, nodes, host }: FrontServices, topic: TopicInfo, from: number, to: number) {
  const copies = topics.replicationFactor(topic);
  return topic.partitionHandles.slice(from, to).map((handle, place) => {
    const partitionIndex = from + place;
    const replicas = nodes.replicasOf(topic.id, partitionIndex, copies);
    return {
      errorCode: ErrorCode.none,
      partitionIndex,
      leaderId: replicas[0],
      leaderEpoch: host.broker.partition(handle).leaderEpoch,
      replicaNodes: replicas,
      isrNodes: replicas,
      // Null is legal here, but Java's admin client takes these as they are.
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      offlineReplicas: [],
    };
  });
}

function missing(name: string, errorCode: number): TopicAnswer {
  return { errorCode, name, topicId: ZERO_UUID, partitions: [] };
}
