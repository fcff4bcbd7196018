import type { TransactionDescription } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { transactionStateName } from '../groups/transaction-state-name.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeTransactions } from '../schema/describe-transactions.js';
import { Operation } from '../security/acl.js';
import type { ResponseOf } from '../wire/api.js';

type Answer = ResponseOf<typeof describeTransactions>['transactionStates'][number];

export function describeTransactionsHandler(services: FrontServices): Handler {
  const { access, groups } = services;
  return defineHandler({
    api: describeTransactions,
    served: '0-0',
    handle(request, call) {
      const transactionStates = request.transactionalIds.map((transactionalId) => {
        if (!access.mayTransact(call.connection, Operation.describe, transactionalId)) {
          return failed(transactionalId, ErrorCode.transactionalIdAuthorizationFailed);
        }
        const found = groups.transactions.describe(transactionalId);
        return found === undefined
          ? failed(transactionalId, ErrorCode.transactionalIdNotFound)
          : describe(services, found);
      });
      call.respond({ transactionStates });
    },
  });
}

function describe({ host, topics, groups }: FrontServices, found: TransactionDescription): Answer {
  const byTopic = new Map<number, number[]>();
  for (const log of found.partitions) {
    const place = groups.transactions.placeOf(log);
    if (place === undefined) continue; // deleted meanwhile
    byTopic.set(place.topic, [...(byTopic.get(place.topic) ?? []), place.index]);
  }
  return {
    errorCode: ErrorCode.none,
    transactionalId: found.transactionalId,
    transactionState: transactionStateName(found.state),
    transactionTimeoutMs: found.timeoutMs,
    transactionStartTimeMs: found.startedMs,
    producerId: found.producerId,
    producerEpoch: found.epoch,
    topics: Array.from(byTopic, ([topic, partitions]) => ({
      topic: topics.spelling(host.broker.topic(topic)),
      partitions: partitions.sort((a, b) => a - b),
    })),
  };
}

function failed(transactionalId: string, errorCode: number): Answer {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  };
}
