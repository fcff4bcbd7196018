import { defineApi } from '../wire/api.js';
import { array, int16, int32, int64, nullable, string, uuid } from '../wire/field.js';

export const offsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: '2-10',
  flexible: '8+',
  request: {
    groupId: string('0+'),
    /** The member epoch in groups of the newer protocol (KIP-848). */
    generationId: int32('1+', -1),
    memberId: string('1+', ''),
    groupInstanceId: nullable(string('7+')),
    retentionTimeMs: int64('2-4', -1),
    topics: array('0+', {
      name: string('0-9'),
      topicId: uuid('10+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        committedOffset: int64('0+'),
        committedLeaderEpoch: int32('6+', -1),
        committedMetadata: nullable(string('0+')),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32('3+', 0),
    topics: array('0+', {
      name: string('0-9'),
      topicId: uuid('10+'),
      partitions: array('0+', { partitionIndex: int32('0+'), errorCode: int16('0+') }),
    }),
  },
});
