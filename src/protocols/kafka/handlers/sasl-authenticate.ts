import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { NO_TOKEN } from '../sasl/sasl-mechanism.js';
import { saslAuthenticate } from '../schema/sasl-authenticate.js';

/** Hands the client's tokens to the mechanism that was picked. A failure is told, and ends the connection. */
export function saslAuthenticateHandler({ host }: FrontServices): Handler {
  return defineHandler({
    api: saslAuthenticate,
    served: '0-2',
    beforeAuthentication: true,
    async handle({ authBytes }, call) {
      const { authentication } = call.connection;
      if (!authentication.isUnderWay) {
        const errorMessage = 'SaslAuthenticate without a SaslHandshake before it';
        call.respond({ errorCode: ErrorCode.illegalSaslState, errorMessage, authBytes: NO_TOKEN });
        if (!authentication.done) call.connection.endAfterAnswers(errorMessage);
        return;
      }
      const step = await authentication.take(authBytes, () => performance.now());
      host.enter();
      if (step.kind !== 'failed') {
        const sessionLifetimeMs = step.kind === 'done' ? (step.lifetimeMs ?? 0) : 0;
        call.respond({ errorCode: ErrorCode.none, authBytes: step.token, sessionLifetimeMs });
        return;
      }
      const errorMessage = step.message;
      call.respond({ errorCode: ErrorCode.saslAuthenticationFailed, errorMessage, authBytes: NO_TOKEN });
      call.connection.endAfterAnswers(errorMessage);
    },
  });
}
