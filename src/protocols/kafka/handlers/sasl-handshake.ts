import { ErrorCode } from '../error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { SASL_MECHANISMS } from '../sasl/plain.js';
import { saslHandshake } from '../schema/sasl-handshake.js';

/** Picks the mechanism. After version 0 the client's tokens come bare, without request headers (KIP-43). */
export function saslHandshakeHandler(): Handler {
  return defineHandler({
    api: saslHandshake,
    served: '0-1',
    beforeAuthentication: true,
    handle({ mechanism }, call) {
      const { authentication } = call.connection;
      const known = SASL_MECHANISMS.includes(mechanism);
      if (known) {
        authentication.mechanism = mechanism;
        authentication.rawTokens = call.version === 0;
        if (authentication.rawTokens) authentication.done = false;
      }
      call.respond({
        errorCode: known ? ErrorCode.none : ErrorCode.unsupportedSaslMechanism,
        mechanisms: SASL_MECHANISMS,
      });
    },
  });
}
