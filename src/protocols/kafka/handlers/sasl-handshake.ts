import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { saslHandshake } from '../schema/sasl-handshake.js';

/** Picks the mechanism. After version 0 the client's tokens come bare, without request headers (KIP-43). */
export function saslHandshakeHandler({ mechanisms }: FrontServices): Handler {
  return defineHandler({
    api: saslHandshake,
    served: '0-1',
    beforeAuthentication: true,
    handle({ mechanism: name }, call) {
      const { authentication, remoteAddress } = call.connection;
      const mechanism = mechanisms.find((each) => each.name === name);
      const answer = (errorCode: number) =>
        call.respond({ errorCode, mechanisms: mechanisms.map((each) => each.name) });
      if (mechanism === undefined) {
        answer(ErrorCode.unsupportedSaslMechanism);
        return;
      }
      if (!authentication.mayUse(name)) {
        answer(ErrorCode.illegalSaslState);
        return;
      }
      authentication.begin(mechanism, remoteAddress, call.version === 0);
      answer(ErrorCode.none);
    },
  });
}
