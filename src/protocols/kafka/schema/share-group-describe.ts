import { defineApi } from '../wire/api.js';
import {
  array,
  arrayOfInt32,
  arrayOfStrings,
  bool,
  int16,
  int32,
  nullable,
  string,
  struct,
  uuid,
} from '../wire/field.js';
import { OPERATIONS_NOT_ASKED } from './metadata.js';

export const shareGroupDescribe = defineApi({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: '1',
  flexible: '1+',
  request: {
    groupIds: arrayOfStrings('1+'),
    includeAuthorizedOperations: bool('1+'),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    groups: array('1+', {
      errorCode: int16('1+'),
      errorMessage: nullable(string('1+')),
      groupId: string('1+'),
      groupState: string('1+'),
      groupEpoch: int32('1+'),
      assignmentEpoch: int32('1+'),
      assignorName: string('1+'),
      members: array('1+', {
        memberId: string('1+'),
        rackId: nullable(string('1+')),
        memberEpoch: int32('1+'),
        clientId: string('1+'),
        clientHost: string('1+'),
        subscribedTopicNames: arrayOfStrings('1+'),
        assignment: struct('1+', {
          topicPartitions: array('1+', {
            topicId: uuid('1+'),
            topicName: string('1+'),
            partitions: arrayOfInt32('1+'),
          }),
        }),
      }),
      authorizedOperations: int32('1+', OPERATIONS_NOT_ASKED),
    }),
  },
});
