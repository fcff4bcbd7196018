/**
 * Every answer that the group coordinator and the committed offsets can give. A front translates all of them, once;
 * the numbers of Kafka's protocol are beside them for orientation.
 */
export type GroupError =
  | 'none'
  | 'invalid-group-id' // 24: the empty id
  | 'invalid-session-timeout' // 26
  | 'inconsistent-protocol' // 23: another protocol type, or no protocol that every member speaks
  | 'member-id-required' // 79: join again with the id in the answer
  | 'unknown-member' // 25
  | 'fenced-instance' // 82: another member took this instance id over
  | 'illegal-generation' // 22
  | 'rebalance-in-progress' // 27
  | 'group-not-found' // 69
  | 'group-not-empty' // 68
  | 'subscribed-to-topic' // 86: offsets of a topic that members still read cannot be deleted
  | 'metadata-too-large' // 12
  | 'unstable-offset' // 88: a transaction that has not ended covers this partition
  | 'offset-out-of-range' // 1: not a whole number that fits 53 bits
  | 'invalid-request' // 42
  | 'invalid-pattern' // 128: a regular expression that cannot be read
  | 'fenced-member-epoch' // 110
  | 'unreleased-instance' // 111: the instance id is in use
  | 'unsupported-assignor' // 112
  | 'stale-member-epoch'; // 113
