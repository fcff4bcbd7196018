import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, bool, int16, int32, int64, nullable, string, uuid } from '../wire/field.js';

/** Versions up to 7 ask for one group, with fields at the top; from 8 on for several. */
export const offsetFetch = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: '1-10',
  flexible: '6+',
  request: {
    groupId: string('0-7', ''),
    topics: nullable(array('0-7', { name: string('0-7'), partitionIndexes: arrayOfInt32('0-7') }), '2-7'),
    groups: array('8+', {
      groupId: string('8+'),
      memberId: nullable(string('9+')),
      memberEpoch: int32('9+', -1),
      topics: nullable(
        array('8+', { name: string('8-9'), topicId: uuid('10+'), partitionIndexes: arrayOfInt32('8+') }),
      ),
    }),
    requireStable: bool('7+', false),
  },
  response: {
    throttleTimeMs: int32('3+', 0),
    topics: array('0-7', {
      name: string('0-7'),
      partitions: array('0-7', {
        partitionIndex: int32('0-7'),
        committedOffset: int64('0-7'),
        committedLeaderEpoch: int32('5-7', -1),
        metadata: nullable(string('0-7')),
        errorCode: int16('0-7'),
      }),
    }),
    errorCode: int16('2-7', 0),
    groups: array('8+', {
      groupId: string('8+'),
      topics: array('8+', {
        name: string('8-9'),
        topicId: uuid('10+'),
        partitions: array('8+', {
          partitionIndex: int32('8+'),
          committedOffset: int64('8+'),
          committedLeaderEpoch: int32('8+', -1),
          metadata: nullable(string('8+')),
          errorCode: int16('8+'),
        }),
      }),
      errorCode: int16('8+', 0),
    }),
  },
});
