import { int, long, OpenConfigSet } from './config-definition.js';
import { TOPIC_CONFIGS } from './topic-config.js';

const KEPT = 'Kept and displayed; this broker has no use for it.';

/** What can be changed of the broker while it runs: the defaults of topics, and what is only kept. */
export const DYNAMIC_BROKER_CONFIGS = new OpenConfigSet('broker', [
  ...TOPIC_CONFIGS.definitions.flatMap(({ brokerName: name, type, fallback, documentation, isValid }) =>
    name === undefined ? [] : [{ name, type, fallback, documentation, isValid }],
  ),
  int('background.threads', 10, KEPT, 1),
  long('follower.replication.throttled.rate', '9223372036854775807', KEPT),
  long('leader.replication.throttled.rate', '9223372036854775807', KEPT),
  int('log.cleaner.threads', 1, KEPT),
  int('num.io.threads', 8, KEPT, 1),
  int('num.network.threads', 3, KEPT, 1),
  int('num.recovery.threads.per.data.dir', 2, KEPT, 1),
  int('num.replica.fetchers', 1, KEPT, 1),
]);
