import { BrokerError } from '../../../core/index.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { deleteRecords } from '../schema/delete-records.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';

/** Moves the start of partitions' logs forward; offset -1 means up to what is readable now. */
export function deleteRecordsHandler(services: FrontServices): Handler {
  const { host } = services;
  return defineHandler({
    api: deleteRecords,
    served: '0-2',
    handle(request, call) {
      const topics = request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, offset }) => ({
          partitionIndex,
          ...removeBelow(services, name, partitionIndex, offset, call.connection),
        })),
      }));
      host.whenStable(services.topics.changedIn, () => call.respond({ topics }));
    },
  });
}

function removeBelow(services: FrontServices, name: string, partitionIndex: number, offset: number, asker: Asker) {
  const failed = (errorCode: number) => ({ lowWatermark: -1, errorCode });
  const { topic, errorCode } = services.topics.find(name);
  if (topic === undefined) return failed(errorCode);
  if (!services.access.mayTopic(asker, Operation.delete, topic.name)) {
    return failed(ErrorCode.topicAuthorizationFailed);
  }
  if (services.topics.partitionHandle(topic, partitionIndex) < 0) return failed(ErrorCode.unknownTopicOrPartition);
  if (offset < -1) return failed(ErrorCode.offsetOutOfRange);
  try {
    return { lowWatermark: services.topics.deleteRecords(topic, partitionIndex, offset), errorCode: ErrorCode.none };
  } catch (error) {
    if (error instanceof BrokerError) return failed(codeOf(error.kind));
    throw error;
  }
}
