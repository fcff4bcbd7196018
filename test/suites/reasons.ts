const RESTARTS = 'it stops and starts the broker inside its process (stop_app, start_app), which ours cannot';
const LEFT_OVER = 'a queue with other settings is left of restartingExpiry, which ended early';
const java = (test: string) => `com.rabbitmq.client.test.functional.${test}`;

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
};

/** The reason for one test. */
export function reasonFor(suite: string, test: string): string | undefined {
  return reasons[suite]?.find(([start]) => test.startsWith(start))?.[1];
}
