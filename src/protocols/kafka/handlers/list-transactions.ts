import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { isTransactionStateName, transactionStateName } from '../groups/transaction-state-name.js';
import { defineHandler, type Handler } from '../handler.js';
import { listTransactions } from '../schema/list-transactions.js';
import { Operation } from '../security/acl.js';

export function listTransactionsHandler({ access, groups, host }: FrontServices): Handler {
  return defineHandler({
    api: listTransactions,
    served: '0-2',
    handle(request, call) {
      const { stateFilters, producerIdFilters, durationFilterMs, transactionalIdPattern } = request;
      let pattern: RegExp | undefined;
      try {
        if (transactionalIdPattern) pattern = new RegExp(`^(?:${transactionalIdPattern})$`, 'u');
      } catch {
        call.respond({ errorCode: ErrorCode.invalidRegularExpression, unknownStateFilters: [], transactionStates: [] });
        return;
      }
      const { nowMs } = host.broker;
      const transactionStates = groups.transactions
        .list()
        .filter(({ state }) => stateFilters.length === 0 || stateFilters.includes(transactionStateName(state)))
        .filter(({ producerId }) => producerIdFilters.length === 0 || producerIdFilters.includes(producerId))
        .filter(({ startedMs }) => durationFilterMs < 0 || (startedMs >= 0 && nowMs - startedMs > durationFilterMs))
        .filter(({ transactionalId }) => pattern === undefined || pattern.test(transactionalId))
        .filter(({ transactionalId }) => access.mayTransact(call.connection, Operation.describe, transactionalId))
        .map(({ transactionalId, producerId, state }) => ({
          transactionalId,
          producerId,
          transactionState: transactionStateName(state),
        }));
      const unknownStateFilters = stateFilters.filter((name) => !isTransactionStateName(name));
      call.respond({ errorCode: ErrorCode.none, unknownStateFilters, transactionStates });
    },
  });
}
