import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { ErrorCode } from '../error-code.js';
import { PendingFetch } from '../records/pending-fetch.js';
import { fetch } from '../schema/fetch.js';

/** The epoch by which a client asks for everything it names; 0 also asks for a session, which may be declined. */
const FULL_FETCH_EPOCHS: readonly number[] = [-1, 0];

/**
 * Reads batches from the one that holds the wanted offset on. Fetch sessions (KIP-227) are declined by answering
 * session 0 always, as the protocol allows.
 */
export function fetchHandler(services: FrontServices): Handler {
  let turn = 0;
  return defineHandler({
    api: fetch,
    served: '4-18',
    handle(request, call) {
      if (call.version >= 7 && !(request.sessionId === 0 && FULL_FETCH_EPOCHS.includes(request.sessionEpoch))) {
        const errorCode =
          request.sessionId === 0 ? ErrorCode.invalidFetchSessionEpoch : ErrorCode.fetchSessionIdNotFound;
        call.respond({ errorCode, responses: [] });
        return undefined;
      }
      return new PendingFetch(services, request, call, turn++).run();
    },
  });
}
