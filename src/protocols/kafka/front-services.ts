import type { Host, Translate } from '../../core/index.js';
import type { GroupCalls } from './groups/group-calls.js';
import type { KafkaOptions } from './kafka-options.js';
import type { ShareGroups } from './share/share-groups.js';
import type { TopicDirectory } from './topics/topic-directory.js';

/** What every handler works with. */
export interface FrontServices {
  readonly host: Host;
  /** The pivot form of what other dialects sent. */
  readonly translate: Translate;
  readonly options: KafkaOptions;
  readonly topics: TopicDirectory;
  readonly groups: GroupCalls;
  readonly shares: ShareGroups;
  /** What was set for groups while the broker ran. */
  readonly configs: { ofGroup(groupId: string): Readonly<Record<string, string>> };
  /** As clients see it: 22 characters of base64url. */
  readonly clusterId: string;
}
