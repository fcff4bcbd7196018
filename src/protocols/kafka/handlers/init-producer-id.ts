import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { initProducerId } from '../schema/init-producer-id.js';

/**
 * Gives out ids for idempotent producers. An id is 52 random bits: unique without anything to remember, and positive
 * and exact wherever it goes.
 */
export function initProducerIdHandler({ host }: FrontServices): Handler {
  return defineHandler({
    api: initProducerId,
    served: '0-5',
    handle(request, call) {
      if (request.transactionalId !== null) {
        call.respond({ errorCode: ErrorCode.unsupportedVersion, producerEpoch: -1 });
        return;
      }
      const producerId = Number.parseInt(host.randomUuid().replaceAll('-', '').slice(-13), 16);
      call.respond({ errorCode: ErrorCode.none, producerId, producerEpoch: 0 });
    },
  });
}
