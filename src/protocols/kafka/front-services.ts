import type { Host, Translate } from '../../core/index.js';
import type { GroupCalls } from './groups/group-calls.js';
import type { KafkaOptions } from './kafka-options.js';
import type { TopicDirectory } from './topics/topic-directory.js';

/** What every handler works with. */
export interface FrontServices {
  readonly host: Host;
  /** The pivot form of what other dialects sent. */
  readonly translate: Translate;
  readonly options: KafkaOptions;
  readonly topics: TopicDirectory;
  readonly groups: GroupCalls;
  /** As clients see it: 22 characters of base64url. */
  readonly clusterId: string;
}
