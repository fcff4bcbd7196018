import { defineApi } from '../wire/api.js';
import { array, int16, int32, int64, string, tagged } from '../wire/field.js';

export const apiVersions = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: '0-4',
  flexible: '3+',
  request: {
    clientSoftwareName: string('3+', ''),
    clientSoftwareVersion: string('3+', ''),
  },
  response: {
    errorCode: int16('0+'),
    apiKeys: array('0+', { apiKey: int16('0+'), minVersion: int16('0+'), maxVersion: int16('0+') }),
    throttleTimeMs: int32('1+', 0),
    supportedFeatures: tagged(0, array('3+', { name: string('3+'), minVersion: int16('3+'), maxVersion: int16('3+') })),
    finalizedFeaturesEpoch: tagged(1, int64('3+', -1)),
    finalizedFeatures: tagged(
      2,
      array('3+', { name: string('3+'), maxVersionLevel: int16('3+'), minVersionLevel: int16('3+') }),
    ),
  },
});
