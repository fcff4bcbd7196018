const RESTARTS = 'it stops and starts the broker inside its process (stop_app, start_app), which ours cannot';
const LEFT_OVER = 'a queue with other settings is left of restartingExpiry, which ended early';
const java = (test: string) => `com.rabbitmq.client.test.functional.${test}`;
const NO_SUCH_CONFIG = 'it names configurations that Kafka 4.0 took away';

/** Why tests of a suite fail: the suite's name, and the names of tests or the beginnings that several share. */
export const reasons: Readonly<Record<string, readonly (readonly [test: string, why: string])[]>> = {
  'java-client': [
    [
      java('ConnectionRecovery.blockedListenerRecovery'),
      'it raises an alarm by setting the limit of memory, of which there is none',
    ],
    [java('ConnectionRecovery.clientNamedTransientAutoDeleteQueueAndBindingRecovery'), RESTARTS],
    [java('ConnectionRecovery.connectionRecoveryWithServerRestart'), RESTARTS],
    [java('ConnectionRecovery.serverNamedTransientAutoDeleteQueueAndBindingRecovery'), RESTARTS],
    [
      java('FrameMax.rejectLargeFramesDuringConnectionNegotiation'),
      'a frame may be as large before tune-ok as after it',
    ],
    [java('PerMessageTTL.expiryWhenConsumerIsLateToTheParty'), LEFT_OVER],
    [java('PerMessageTTL.restartingExpiry'), RESTARTS],
    [java('PerQueueVsPerMessageTTL.'), LEFT_OVER],
    [java('UserIDHeader.impersonatedUserId'), 'the tag impersonator has no effect: a user-id is that of who publishes'],
  ],
  kafkajs: [
    ['Broker > ListOffsets > v0', 'Kafka 4.0 took that version away, and it is not served here either'],
    ['Broker > Produce > Record batch > request to a topic with max timestamp', NO_SUCH_CONFIG],
    [
      'Broker > TxnOffsetCommit > ignores invalid transaction fields',
      'offsets of a producer that the transactional id does not have are refused, where Kafka 2.4 took them',
    ],
    ['Broker > alterPartitionReassignments', 'a partition is at once where it is to move: no move is ever listed'],
    ['Broker > deleteRecords > rejects the promise when', 'every node leads every partition'],
    ['Broker > describeConfigs > request without config names', NO_SUCH_CONFIG],
    [
      'Consumer > Instrumentation Events > emits request timeout events',
      'it wants answers that take over a millisecond',
    ],
    ['Consumer > trigger rebalance if partitions change', 'it adds partitions with a script in a container of Kafka'],
    ['Network > Connection > #connect > PLAINTEXT > rejects', 'it wants a name server, and the tests run without one'],
    ['Protocol > Requests > Produce > v2 > request with gzip', 'no broker: it wants the bytes of another zlib'],
  ],
};

/** The reason for one test. */
export function reasonFor(suite: string, test: string): string | undefined {
  return reasons[suite]?.find(([start]) => test.startsWith(start))?.[1];
}
