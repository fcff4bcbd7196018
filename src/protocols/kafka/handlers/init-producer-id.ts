import type { FrontServices } from '../front-services.js';
import { transactionErrorCode } from '../groups/transaction-error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { initProducerId } from '../schema/init-producer-id.js';

/** Gives a producer its id and epoch: a new one when it is only idempotent, that of its transactional id otherwise. */
export function initProducerIdHandler({ host, groups }: FrontServices): Handler {
  return defineHandler({
    api: initProducerId,
    served: '0-5',
    handle(request, call) {
      const answer = groups.transactions.initProducer(
        {
          transactionalId: request.transactionalId,
          timeoutMs: request.transactionTimeoutMs,
          producerId: request.producerId,
          epoch: request.producerEpoch,
        },
        host.broker.nowMs,
      );
      groups.whenTransactionsStored(() =>
        call.respond({
          errorCode: transactionErrorCode(answer.error, call.version >= 4),
          producerId: answer.producerId,
          producerEpoch: answer.epoch,
        }),
      );
    },
  });
}
