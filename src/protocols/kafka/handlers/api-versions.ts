import { ErrorCode } from '../error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import type { AdvertisedApi } from '../handler-registry.js';
import { apiVersions } from '../schema/api-versions.js';

/** What Kafka allows a client library to call itself and its version (KIP-511). */
const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/**
 * What Kafka calls features, by the levels of Kafka 4: groups whose partitions the broker assigns (KIP-848), share groups
 * (KIP-932), and transactions. Java producers only use the newer form of transactions
 * (KIP-890: partitions added by the first write, an epoch raised by every end) where it is final.
 */
export const FEATURES: readonly { readonly name: string; readonly level: number }[] = [
  { name: 'group.version', level: 1 },
  { name: 'share.version', level: 1 },
  { name: 'transaction.version', level: 2 },
];

/** @param advertised asked when a request comes, since this handler is itself among those that are advertised */
export function apiVersionsHandler(advertised: () => readonly AdvertisedApi[]): Handler {
  return defineHandler({
    api: apiVersions,
    served: '0-4',
    beforeAuthentication: true,
    handle(request, call) {
      const { clientSoftwareName: name, clientSoftwareVersion: version } = request;
      if (call.version >= 3 && !(SOFTWARE_NAME.test(name) && SOFTWARE_NAME.test(version))) {
        call.respond({ errorCode: ErrorCode.invalidRequest, apiKeys: [] });
        return;
      }
      call.connection.software = name === '' ? (call.clientId ?? '') : `${name} ${version}`;
      call.respond({ errorCode: ErrorCode.none, apiKeys: advertised(), ...features(call.version) });
    },
  });
}

/** Before version 4 a feature that could be switched off must not be named: clients took 0 for malformed (KIP-1022). */
function features(version: number) {
  const minVersion = version >= 4 ? 0 : 1;
  return {
    supportedFeatures: FEATURES.map(({ name, level }) => ({ name, minVersion, maxVersion: level })),
    finalizedFeaturesEpoch: 1,
    finalizedFeatures: FEATURES.map(({ name, level }) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
  };
}
