import type { FrontServices } from '../front-services.js';
import { transactionErrorCode } from '../groups/transaction-error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { addOffsetsToTxn } from '../schema/add-offsets-to-txn.js';

export function addOffsetsToTxnHandler({ host, groups }: FrontServices): Handler {
  return defineHandler({
    api: addOffsetsToTxn,
    served: '0-4',
    handle({ transactionalId, producerId, producerEpoch: epoch, groupId }, call) {
      const claim = { transactionalId, producerId, epoch };
      const error = groups.transactions.addOffsets(claim, groupId, host.broker.nowMs);
      groups.whenTransactionsStored(() => call.respond({ errorCode: transactionErrorCode(error, call.version >= 2) }));
    },
  });
}
