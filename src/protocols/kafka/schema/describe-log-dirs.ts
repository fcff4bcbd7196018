import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, bool, int16, int32, int64, nullable, string } from '../wire/field.js';

export const describeLogDirs = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  versions: '1-4',
  flexible: '2+',
  request: { topics: nullable(array('0+', { topic: string('0+'), partitions: arrayOfInt32('0+') })) },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('3+', 0),
    results: array('0+', {
      errorCode: int16('0+'),
      logDir: string('0+'),
      topics: array('0+', {
        name: string('0+'),
        partitions: array('0+', {
          partitionIndex: int32('0+'),
          partitionSize: int64('0+'),
          offsetLag: int64('0+'),
          isFutureKey: bool('0+'),
        }),
      }),
      totalBytes: int64('4+', -1),
      usableBytes: int64('4+', -1),
    }),
  },
});
