import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { authenticatePlain } from '../sasl/plain.js';
import { saslAuthenticate } from '../schema/sasl-authenticate.js';

const NO_BYTES = new Uint8Array(0);

export function saslAuthenticateHandler({ host }: FrontServices): Handler {
  return defineHandler({
    api: saslAuthenticate,
    served: '0-2',
    beforeAuthentication: true,
    async handle({ authBytes }, call) {
      const { authentication } = call.connection;
      if (authentication.mechanism === undefined) {
        const errorMessage = 'SaslAuthenticate without a SaslHandshake before it';
        call.respond({ errorCode: ErrorCode.illegalSaslState, errorMessage, authBytes: NO_BYTES });
        return;
      }
      authentication.mechanism = undefined;
      const user = await authenticatePlain(host, authBytes, call.connection.remoteAddress);
      host.enter();
      if (user === undefined) {
        authentication.done = false;
        const errorMessage = 'Authentication failed: Invalid username or password';
        call.respond({ errorCode: ErrorCode.saslAuthenticationFailed, errorMessage, authBytes: NO_BYTES });
        return;
      }
      call.connection.user = user;
      authentication.done = true;
      call.respond({ errorCode: ErrorCode.none, authBytes: NO_BYTES });
    },
  });
}
