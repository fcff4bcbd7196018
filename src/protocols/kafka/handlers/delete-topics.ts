import { BrokerError } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { deleteTopics } from '../schema/delete-topics.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
import type { ResponseOf } from '../wire/api.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

type Answer = ResponseOf<typeof deleteTopics>['responses'][number];

export function deleteTopicsHandler(services: FrontServices): Handler {
  const { host } = services;
  return defineHandler({
    api: deleteTopics,
    served: '1-6',
    handle(request, call) {
      const asked =
        call.version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
      const responses = asked.map(({ name, topicId }) => remove(services, name, topicId, call.connection));
      call.charge('mutation', responses.filter(({ errorCode }) => errorCode === ErrorCode.none).length);
      host.whenStable(services.topics.changedIn, () => call.respond({ responses }));
    },
  });
}

function remove(services: FrontServices, name: string | null, topicId: string, asker: Asker): Answer {
  if ((name === null) === (topicId === ZERO_UUID)) {
    return { name, topicId, errorCode: ErrorCode.invalidRequest, errorMessage: 'Give either a name or an id.' };
  }
  const { topic, errorCode } = services.topics.find(name, topicId);
  if (topic === undefined) return { name, topicId, errorCode };
  if (!services.access.mayTopic(asker, Operation.delete, topic.name)) {
    return { name, topicId, errorCode: ErrorCode.topicAuthorizationFailed };
  }
  try {
    services.topics.remove(topic);
    return { name: services.topics.spelling(topic), topicId: topic.id, errorCode: ErrorCode.none };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return { name, topicId, errorCode: codeOf(error.kind), errorMessage: error.message };
  }
}
