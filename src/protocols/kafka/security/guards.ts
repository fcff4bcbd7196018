import { ErrorCode } from '../error-code.js';
import type { Handler } from '../handler.js';
import { addOffsetsToTxn } from '../schema/add-offsets-to-txn.js';
import { addPartitionsToTxn } from '../schema/add-partitions-to-txn.js';
import { endTxn } from '../schema/end-txn.js';
import { heartbeat } from '../schema/heartbeat.js';
import { initProducerId } from '../schema/init-producer-id.js';
import { joinGroup } from '../schema/join-group.js';
import { leaveGroup } from '../schema/leave-group.js';
import { offsetCommit } from '../schema/offset-commit.js';
import { offsetDelete } from '../schema/offset-delete.js';
import { alterShareGroupOffsets } from '../schema/alter-share-group-offsets.js';
import { consumerGroupHeartbeat } from '../schema/consumer-group-heartbeat.js';
import { deleteShareGroupOffsets } from '../schema/delete-share-group-offsets.js';
import { shareAcknowledge } from '../schema/share-acknowledge.js';
import { shareFetch } from '../schema/share-fetch.js';
import { shareGroupHeartbeat } from '../schema/share-group-heartbeat.js';
import { syncGroup } from '../schema/sync-group.js';
import { txnOffsetCommit } from '../schema/txn-offset-commit.js';
import type { Api, RequestOf, ResponseOf } from '../wire/api.js';
import type { Shape } from '../wire/field.js';
import type { Access, Asker } from './access.js';
import { Operation } from './acl.js';

/** The answer to whoever may not ask this; undefined for those who may. */
type Refuse<A> = (request: RequestOf<A>, asker: Asker, access: Access) => ResponseOf<A> | undefined;

interface Guard {
  readonly api: Api;
  readonly refuse: Refuse<Api>;
}

function guard<Req extends Shape, Res extends Shape>(api: Api<Req, Res>, refuse: Refuse<Api<Req, Res>>): Guard {
  return { api, refuse } as unknown as Guard;
}

const NOT_GROUP = ErrorCode.groupAuthorizationFailed;
const NOT_TRANSACTION = ErrorCode.transactionalIdAuthorizationFailed;
const NO_BYTES = new Uint8Array(0);
const NO_HEARTBEAT = { errorCode: NOT_GROUP, memberEpoch: 0, heartbeatIntervalMs: 0 };

/**
 * Requests about one group or one transactional id, which are refused as a whole. Those about several things, and
 * about topics, are judged piece by piece in their handlers.
 */
const GUARDS: readonly Guard[] = [
  guard(joinGroup, ({ groupId, memberId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId)
      ? undefined
      : { errorCode: NOT_GROUP, generationId: -1, protocolName: '', leader: '', memberId, members: [] },
  ),
  guard(syncGroup, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId) ? undefined : { errorCode: NOT_GROUP, assignment: NO_BYTES },
  ),
  guard(heartbeat, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId) ? undefined : { errorCode: NOT_GROUP },
  ),
  guard(leaveGroup, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId) ? undefined : { errorCode: NOT_GROUP, members: [] },
  ),
  guard(consumerGroupHeartbeat, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId) ? undefined : NO_HEARTBEAT,
  ),
  guard(offsetCommit, ({ groupId, topics }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId) ? undefined : { topics: topics.map(allRefused(NOT_GROUP)) },
  ),
  guard(shareGroupHeartbeat, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId) ? undefined : NO_HEARTBEAT,
  ),
  guard(shareFetch, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId ?? '')
      ? undefined
      : { errorCode: NOT_GROUP, acquisitionLockTimeoutMs: 0, responses: [], nodeEndpoints: [] },
  ),
  guard(shareAcknowledge, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId ?? '')
      ? undefined
      : { errorCode: NOT_GROUP, responses: [], nodeEndpoints: [] },
  ),
  guard(alterShareGroupOffsets, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.read, groupId) ? undefined : { errorCode: NOT_GROUP, responses: [] },
  ),
  guard(deleteShareGroupOffsets, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.delete, groupId) ? undefined : { errorCode: NOT_GROUP, responses: [] },
  ),
  guard(offsetDelete, ({ groupId }, asker, access) =>
    access.mayGroup(asker, Operation.delete, groupId) ? undefined : { errorCode: NOT_GROUP, topics: [] },
  ),
  guard(initProducerId, ({ transactionalId }, asker, access) => {
    if (transactionalId === null) {
      const errorCode = ErrorCode.clusterAuthorizationFailed;
      return access.mayInitProducer(asker) ? undefined : { errorCode, producerEpoch: -1 };
    }
    const may = access.mayTransact(asker, Operation.write, transactionalId);
    return may ? undefined : { errorCode: NOT_TRANSACTION, producerEpoch: -1 };
  }),
  guard(addPartitionsToTxn, ({ transactionalId, topics, transactions }, asker, access) => {
    const ids = [...(topics.length > 0 ? [transactionalId] : []), ...transactions.map((each) => each.transactionalId)];
    if (ids.every((id) => access.mayTransact(asker, Operation.write, id))) return undefined;
    const refused = ({ name, partitions }: { name: string; partitions: readonly number[] }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({
        partitionIndex,
        partitionErrorCode: NOT_TRANSACTION,
      })),
    });
    return {
      resultsByTopic: topics.map(refused),
      resultsByTransaction: transactions.map((each) => ({
        transactionalId: each.transactionalId,
        topicResults: each.topics.map(refused),
      })),
    };
  }),
  guard(addOffsetsToTxn, ({ transactionalId, groupId }, asker, access) => {
    if (!access.mayTransact(asker, Operation.write, transactionalId)) return { errorCode: NOT_TRANSACTION };
    return access.mayGroup(asker, Operation.read, groupId) ? undefined : { errorCode: NOT_GROUP };
  }),
  guard(endTxn, ({ transactionalId }, asker, access) =>
    access.mayTransact(asker, Operation.write, transactionalId) ? undefined : { errorCode: NOT_TRANSACTION },
  ),
  guard(txnOffsetCommit, ({ transactionalId, groupId, topics }, asker, access) => {
    if (!access.mayTransact(asker, Operation.write, transactionalId)) {
      return { topics: topics.map(allRefused(NOT_TRANSACTION)) };
    }
    if (access.mayGroup(asker, Operation.read, groupId)) return undefined;
    return { topics: topics.map(allRefused(NOT_GROUP)) };
  }),
];

function allRefused(errorCode: number) {
  return <T extends { readonly partitions: readonly { readonly partitionIndex: number }[] }>(topic: T) => ({
    ...topic,
    partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  });
}

const REFUSE_BY_KEY = new Map(GUARDS.map(({ api, refuse }) => [api.key, refuse]));

/** The handler, asked only by those who may. */
export function guarded(handler: Handler, access: Access): Handler {
  const refuse = REFUSE_BY_KEY.get(handler.api.key);
  if (refuse === undefined) return handler;
  return {
    ...handler,
    handle(request, call) {
      const refusal = refuse(request, call.connection, access);
      if (refusal === undefined) return handler.handle(request, call);
      call.respond(refusal);
      return undefined;
    },
  };
}
