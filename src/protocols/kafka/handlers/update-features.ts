import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { updateFeatures } from '../schema/update-features.js';
import { Operation } from '../security/acl.js';
import { FEATURES } from './api-versions.js';

/** Features are what this version has, at the level that it has them: asking for just that is fine. */
export function updateFeaturesHandler({ access }: FrontServices): Handler {
  return defineHandler({
    api: updateFeatures,
    served: '0-2',
    handle(request, call) {
      if (!access.mayCluster(call.connection, Operation.alter)) {
        call.respond({ errorCode: ErrorCode.clusterAuthorizationFailed, results: [] });
        return;
      }
      const results = request.featureUpdates.map(({ feature, maxVersionLevel }) => ({
        feature,
        ...refusalOf(feature, maxVersionLevel),
      }));
      const refused = results.find(({ errorCode }) => errorCode !== ErrorCode.none);
      // From version 2 on there is one answer for all of them.
      if (call.version >= 2 && refused !== undefined) {
        const { errorCode, errorMessage } = refused;
        call.respond({ errorCode, errorMessage, results: [] });
      } else call.respond({ errorCode: ErrorCode.none, results });
    },
  });
}

function refusalOf(feature: string, level: number): { errorCode: number; errorMessage: string | null } {
  const known = FEATURES.find(({ name }) => name === feature);
  if (known?.level === level) return { errorCode: ErrorCode.none, errorMessage: null };
  const errorMessage =
    known === undefined
      ? `The feature ${feature} is not known.`
      : `The feature ${feature} is at level ${known.level}, and stays there.`;
  return { errorCode: ErrorCode.invalidUpdateVersion, errorMessage };
}
