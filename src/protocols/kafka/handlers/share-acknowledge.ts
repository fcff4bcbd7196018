import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { type Call, defineHandler, type Handler } from '../handler.js';
import { shareAcknowledge } from '../schema/share-acknowledge.js';
import { acknowledge, renews } from '../share/acknowledgements.js';
import { partitionFault } from './share-fetch.js';

/** What a member of a share group says of records that it has, without asking for more (KIP-932). */
export function shareAcknowledgeHandler(services: FrontServices): Handler {
  return defineHandler({
    api: shareAcknowledge,
    served: '1-2',
    handle(request, call) {
      const { host, shares } = services;
      const groupId = request.groupId ?? '';
      const memberId = request.memberId ?? '';
      const all = request.topics.flatMap(({ partitions }) => partitions.flatMap((p) => p.acknowledgementBatches));
      // A session is opened by fetching.
      const isFaulty = groupId === '' || memberId === '' || request.shareSessionEpoch === 0;
      if (isFaulty || (renews(all) && !request.isRenewAck)) {
        refuse(call, ErrorCode.invalidRequest);
        return;
      }
      const found = shares.sessions.enter(call.connection, groupId, memberId, request.shareSessionEpoch);
      if (found.session === undefined) {
        refuse(call, found.errorCode);
        return;
      }
      const { session, isLast } = found;
      const config = shares.config(groupId);
      const renewMs = request.isRenewAck && config.mayRenew ? config.lockMs : 0;
      const responses = request.topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map(({ partitionIndex, acknowledgementBatches: batches }) => {
          let errorCode = partitionFault(services, call, topicId, partitionIndex);
          if (errorCode === ErrorCode.none) {
            const queue = shares.findQueue(groupId, topicId, partitionIndex);
            const partition = session.find(topicId, partitionIndex);
            errorCode =
              queue < 0 ? ErrorCode.invalidRecordState : acknowledge(host, queue, partition, batches, renewMs);
          }
          return { partitionIndex, errorCode, currentLeader: { leaderId: -1, leaderEpoch: -1 } };
        }),
      }));
      if (isLast) shares.sessions.close(call.connection, groupId, memberId);
      host.whenStable(host.broker.flush, () =>
        call.respond({
          errorCode: ErrorCode.none,
          acquisitionLockTimeoutMs: config.lockMs,
          responses,
          nodeEndpoints: [],
        }),
      );
    },
  });
}

function refuse(call: Call<typeof shareAcknowledge>, errorCode: number): void {
  call.respond({ errorCode, responses: [], nodeEndpoints: [] });
}
