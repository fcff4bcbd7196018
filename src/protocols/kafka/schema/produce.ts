import { defineApi } from '../wire/api.js';
import { array, int16, int32, int64, nullable, records, string, struct, tagged, uuid } from '../wire/field.js';

export const produce = defineApi({
  key: 0,
  name: 'Produce',
  versions: '3-13',
  flexible: '9+',
  request: {
    transactionalId: nullable(string('3+')),
    acks: int16('0+'),
    timeoutMs: int32('0+'),
    topicData: array('0+', {
      name: string('0-12'),
      topicId: uuid('13+'),
      partitionData: array('0+', { index: int32('0+'), records: records('0+') }),
    }),
  },
  response: {
    responses: array('0+', {
      name: string('0-12'),
      topicId: uuid('13+'),
      partitionResponses: array('0+', {
        index: int32('0+'),
        errorCode: int16('0+'),
        baseOffset: int64('0+'),
        logAppendTimeMs: int64('2+', -1),
        logStartOffset: int64('5+', -1),
        recordErrors: array('8+', { batchIndex: int32('8+'), batchIndexErrorMessage: nullable(string('8+')) }),
        errorMessage: nullable(string('8+')),
        currentLeader: tagged(0, struct('10+', { leaderId: int32('10+', -1), leaderEpoch: int32('10+', -1) })),
      }),
    }),
    throttleTimeMs: int32('1+', 0),
    nodeEndpoints: tagged(
      0,
      array('10+', {
        nodeId: int32('10+'),
        host: string('10+'),
        port: int32('10+'),
        rack: nullable(string('10+')),
      }),
    ),
  },
});
