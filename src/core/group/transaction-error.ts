/**
 * Every answer that the transaction coordinator can give. A front translates all of them, once; the numbers of
 * Kafka's protocol are beside them for orientation.
 */
export type TransactionError =
  | 'none'
  | 'invalid-request' // 42: an empty transactional id
  | 'invalid-timeout' // 50
  | 'invalid-producer-mapping' // 49: this producer id does not belong to the transactional id
  | 'producer-fenced' // 90, or 47 for versions that do not know it: another incarnation took over
  | 'concurrent-transactions' // 51: the transaction before is not over; to be tried again
  | 'invalid-state'; // 48
