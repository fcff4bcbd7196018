import type { TransactionError } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';

const CODES: Readonly<Record<TransactionError, number>> = {
  none: ErrorCode.none,
  'invalid-request': ErrorCode.invalidRequest,
  'invalid-timeout': ErrorCode.invalidTransactionTimeout,
  'invalid-producer-mapping': ErrorCode.invalidProducerIdMapping,
  'producer-fenced': ErrorCode.producerFenced,
  'concurrent-transactions': ErrorCode.concurrentTransactions,
  'invalid-state': ErrorCode.invalidTxnState,
};

/** @param knowsFencing whether the version of the API knows the code for fenced producers (KIP-588) */
export function transactionErrorCode(error: TransactionError, knowsFencing: boolean): number {
  if (error === 'producer-fenced' && !knowsFencing) return ErrorCode.invalidProducerEpoch;
  return CODES[error];
}
