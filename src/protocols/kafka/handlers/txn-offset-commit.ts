import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { groupOffsetsByTopic } from '../groups/offsets-to-commit.js';
import { transactionErrorCode } from '../groups/transaction-error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { txnOffsetCommit } from '../schema/txn-offset-commit.js';
import { Operation } from '../security/acl.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

/** Producers that use version 5 do not announce the group first (KIP-890). */
const FIRST_VERSION_THAT_ADDS_THE_GROUP = 5;

/** Commits offsets that become visible with the transaction, or never. */
export function txnOffsetCommitHandler({ host, groups, topics, access }: FrontServices): Handler {
  return defineHandler({
    api: txnOffsetCommit,
    served: '0-5',
    handle(request, call) {
      const { transactionalId, producerId, producerEpoch: epoch, groupId } = request;
      const { memberId, groupInstanceId: instanceId, generationId: generation } = request;
      const { nowMs } = host.broker;
      const plan = groupOffsetsByTopic(
        request.topics.map((topic) => ({ ...topic, topicId: ZERO_UUID })),
        ({ name }) => {
          const found = topics.find(name);
          if (found.topic === undefined) return found;
          const allowed = access.mayTopic(call.connection, Operation.read, found.topic.name);
          return allowed ? found : { topic: undefined, errorCode: ErrorCode.topicAuthorizationFailed };
        },
      );
      const claim = { transactionalId, producerId, epoch };
      const addsTheGroup = call.version >= FIRST_VERSION_THAT_ADDS_THE_GROUP;
      const added = addsTheGroup ? groups.transactions.addOffsets(claim, groupId, nowMs) : 'none';
      const commit = { groupId, memberId, instanceId, generation, offsets: plan.offsets };
      const errors = added === 'none' ? groups.transactions.commitOffsets(claim, commit, nowMs) : added;
      // This API has never told fenced producers apart.
      const codes =
        typeof errors === 'string'
          ? plan.offsets.map(() => transactionErrorCode(errors, false))
          : errors.map(groupErrorCode);
      groups.whenTransactionsStored(() => call.respond({ topics: plan.answer(codes) }));
    },
  });
}
