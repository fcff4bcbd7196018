const CONTROLLED = 'it drives the broker with rabbitmqctl, for which the suite has no counterpart yet';
const LEFT_OVER = 'a queue with other settings is left of restartingExpiry, which ended early';
const java = (test: string) => `com.rabbitmq.client.test.functional.${test}`;

/** Why tests of a suite fail: the suite's name, and the names of tests or the beginnings that several share. */
export const reasons: Readonly<Record<string, readonly (readonly [test: string, why: string])[]>> = {
  'java-client': [
    [java('ConnectionRecovery.'), CONTROLLED],
    [
      java('FrameMax.rejectLargeFramesDuringConnectionNegotiation'),
      'a frame may be as large before tune-ok as after it',
    ],
    [java('Metrics.check'), CONTROLLED],
    [java('PerMessageTTL.expiryWhenConsumerIsLateToTheParty'), LEFT_OVER],
    [java('PerMessageTTL.restartingExpiry'), CONTROLLED],
    [java('PerQueueVsPerMessageTTL.'), LEFT_OVER],
    [java('Policies.'), CONTROLLED],
    [java('TopologyRecoveryFiltering.'), CONTROLLED],
    [java('TopologyRecoveryRetry.'), CONTROLLED],
    [java('UserIDHeader.impersonatedUserId'), CONTROLLED],
  ],
};

/** The reason for one test. */
export function reasonFor(suite: string, test: string): string | undefined {
  return reasons[suite]?.find(([start]) => test.startsWith(start))?.[1];
}
