import type { FrontServices } from '../front-services.js';
import { transactionErrorCode } from '../groups/transaction-error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { endTxn } from '../schema/end-txn.js';

/** Producers that use version 5 have their epoch raised by every end and go on with the one in the answer (KIP-890). */
const FIRST_VERSION_THAT_RAISES_EPOCHS = 5;

/** Commits or aborts: the answer means that markers and offsets are stable. */
export function endTxnHandler({ host, groups }: FrontServices): Handler {
  return defineHandler({
    api: endTxn,
    served: '0-5',
    handle({ transactionalId, producerId, producerEpoch: epoch, committed }, call) {
      const raiseEpoch = call.version >= FIRST_VERSION_THAT_RAISES_EPOCHS;
      const claim = { transactionalId, producerId, epoch };
      const answer = groups.transactions.end(claim, committed, raiseEpoch, host.broker.nowMs);
      groups.whenTransactionsStored(() =>
        call.respond({
          errorCode: transactionErrorCode(answer.error, call.version >= 2),
          producerId: answer.producerId,
          producerEpoch: answer.epoch,
        }),
      );
    },
  });
}
