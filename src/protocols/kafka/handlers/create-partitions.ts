import { BrokerError } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { createPartitions } from '../schema/create-partitions.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';
import { areReplicas, namedTwice } from './create-topics.js';

type Asked = RequestOf<typeof createPartitions>['topics'][number];
type Answer = ResponseOf<typeof createPartitions>['results'][number];

export function createPartitionsHandler(services: FrontServices): Handler {
  const { host } = services;
  return defineHandler({
    api: createPartitions,
    served: '0-3',
    handle(request, call) {
      const twice = namedTwice(request.topics.map(({ name }) => name));
      const results = request.topics.map((asked) =>
        twice.has(asked.name)
          ? { name: asked.name, errorCode: ErrorCode.invalidRequest, errorMessage: 'Named more than once.' }
          : grow(services, asked, request.validateOnly, call.connection),
      );
      if (!request.validateOnly) {
        call.charge('mutation', results.filter(({ errorCode }) => errorCode === ErrorCode.none).length);
      }
      host.whenStable(services.topics.changedIn, () => call.respond({ results }));
    },
  });
}

function grow(services: FrontServices, asked: Asked, validateOnly: boolean, asker: Asker): Answer {
  const { name, count, assignments } = asked;
  const { topic, errorCode } = services.topics.find(name);
  if (topic === undefined) return { name, errorCode };
  if (!services.access.mayTopic(asker, Operation.alter, topic.name)) {
    return { name, errorCode: ErrorCode.topicAuthorizationFailed };
  }
  const current = topic.partitionHandles.length;
  if (topic.queue >= 0 || count <= current) {
    const errorMessage =
      topic.queue >= 0
        ? 'A queue has one partition.'
        : `Topic currently has ${current} partitions, which is not fewer than the requested ${count}.`;
    return { name, errorCode: ErrorCode.invalidPartitions, errorMessage };
  }
  if (assignments !== null && assignments.length !== count - current) {
    return {
      name,
      errorCode: ErrorCode.invalidReplicaAssignment,
      errorMessage: `${count - current} partitions are added, ${assignments.length} assignments are given.`,
    };
  }
  const unknown = assignments?.find(({ brokerIds }) => !areReplicas(brokerIds, services.nodes));
  if (unknown !== undefined) {
    const errorMessage = `Replicas ${unknown.brokerIds.join(',')} are not distinct brokers that exist.`;
    return { name, errorCode: ErrorCode.invalidReplicaAssignment, errorMessage };
  }
  if (validateOnly) return { name, errorCode: ErrorCode.none };
  try {
    services.topics.grow(topic, count);
    return { name, errorCode: ErrorCode.none };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return { name, errorCode: codeOf(error.kind), errorMessage: error.message };
  }
}
