import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { ErrorCode } from '../error-code.js';
import { PendingFetch } from '../fetch/pending-fetch.js';
import { fetch } from '../schema/fetch.js';

const READ_COMMITTED = 1;

/** Reads batches from the one that holds the wanted offset on. */
export function fetchHandler(services: FrontServices): Handler {
  let turn = 0;
  return defineHandler({
    api: fetch,
    served: '4-18',
    handle(request, call) {
      const { view, errorCode } = services.fetchSessions.open(request, call.version >= 13);
      if (view === undefined || request.isolationLevel < 0 || request.isolationLevel > READ_COMMITTED) {
        call.respond({ errorCode: view === undefined ? errorCode : ErrorCode.invalidRequest, responses: [] });
        return undefined;
      }
      return new PendingFetch(services, request, view, call, turn++).run();
    },
  });
}
