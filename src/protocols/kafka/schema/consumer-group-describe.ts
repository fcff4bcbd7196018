import { defineApi } from '../wire/api.js';
import {
  array,
  arrayOfInt32,
  arrayOfStrings,
  bool,
  int16,
  int32,
  int8,
  nullable,
  string,
  struct,
  uuid,
} from '../wire/field.js';
import { OPERATIONS_NOT_ASKED } from './metadata.js';

const assignment = {
  topicPartitions: array('0+', { topicId: uuid('0+'), topicName: string('0+'), partitions: arrayOfInt32('0+') }),
};

export const consumerGroupDescribe = defineApi({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: '0-1',
  flexible: '0+',
  request: {
    groupIds: arrayOfStrings('0+'),
    includeAuthorizedOperations: bool('0+'),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    groups: array('0+', {
      errorCode: int16('0+'),
      errorMessage: nullable(string('0+')),
      groupId: string('0+'),
      groupState: string('0+'),
      groupEpoch: int32('0+'),
      assignmentEpoch: int32('0+'),
      assignorName: string('0+'),
      members: array('0+', {
        memberId: string('0+'),
        instanceId: nullable(string('0+')),
        rackId: nullable(string('0+')),
        memberEpoch: int32('0+'),
        clientId: string('0+'),
        clientHost: string('0+'),
        subscribedTopicNames: arrayOfStrings('0+'),
        subscribedTopicRegex: nullable(string('0+')),
        assignment: struct('0+', assignment),
        targetAssignment: struct('0+', assignment),
        /** 1 for members that speak the newer protocol, 0 for those of the classic one. */
        memberType: int8('1+', -1),
      }),
      authorizedOperations: int32('0+', OPERATIONS_NOT_ASKED),
    }),
  },
});
