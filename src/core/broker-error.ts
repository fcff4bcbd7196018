/** The closed set of reasons for which the core refuses a command. Each dialect translates all of them, once. */
export type BrokerErrorKind =
  | 'not-found' // no such virtual host, queue, exchange, topic, partition, session, subscription
  | 'exists' // the name is taken
  | 'different' // exists with another value: `field`, `received`, `current` are set
  | 'invalid-name'
  | 'invalid-argument' // `field` is set
  | 'access-refused' // reserved names, missing permission
  | 'locked' // exclusive to another owner
  | 'exclusive-use' // an exclusive consumer stands in the way
  | 'in-use' // if-unused does not hold
  | 'not-empty' // if-empty does not hold
  | 'unknown-delivery' // no such delivery in flight in this session
  | 'not-in-flight' // the message exists but is not held under that attempt
  | 'too-large'
  | 'full' // no room on the device
  | 'limit-reached' // the virtual host may hold no more of them
  | 'missing-group'
  | 'missing-key' // a record without a key for a compacted topic
  | 'corrupt-batch'
  | 'producer-fenced'
  | 'out-of-order'
  | 'invalid-transaction-state'
  | 'offset-out-of-range'
  | 'unsupported'
  | 'stopped'; // the store failed or the broker is closing

/** What is wrong with which field, for messages that quote both values. */
export interface BrokerErrorDetail {
  readonly field?: string;
  readonly received?: string;
  readonly current?: string;
}

export class BrokerError extends Error {
  readonly kind: BrokerErrorKind;
  readonly detail: BrokerErrorDetail;
  constructor(kind: BrokerErrorKind, message: string, detail: BrokerErrorDetail = {}) {
    super(message);
    this.name = 'BrokerError';
    this.kind = kind;
    this.detail = detail;
  }
}
