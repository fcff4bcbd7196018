import type { Host, Translate } from '../../core/index.js';
import type { GroupCalls } from './groups/group-calls.js';
import type { KafkaOptions } from './kafka-options.js';
import type { ShareGroups } from './share/share-groups.js';
import type { Nodes } from './nodes.js';
import type { Access } from './security/access.js';
import type { AclList } from './security/acl-list.js';
import type { ScramUsers } from './security/scram-users.js';
import type { FetchSessions } from './fetch/fetch-sessions.js';
import type { FrontStores } from './front-stores.js';
import type { Quotas } from './quotas/quotas.js';
import type { SaslMechanism } from './sasl/sasl-mechanism.js';
import type { DynamicConfigs } from './topics/dynamic-configs.js';
import type { TopicDirectory } from './topics/topic-directory.js';

/** What every handler works with. */
export interface FrontServices {
  readonly host: Host;
  /** The pivot form of what other dialects sent. */
  readonly translate: Translate;
  readonly options: KafkaOptions;
  readonly topics: TopicDirectory;
  readonly access: Access;
  readonly nodes: Nodes;
  readonly stores: FrontStores;
  readonly acls: AclList;
  readonly scramUsers: ScramUsers;
  readonly mechanisms: readonly SaslMechanism[];
  readonly quotas: Quotas;
  /** What was set for nodes and groups while the broker ran. */
  readonly configs: DynamicConfigs;
  readonly fetchSessions: FetchSessions;
  readonly groups: GroupCalls;
  readonly shares: ShareGroups;
  /** As clients see it: 22 characters of base64url. */
  readonly clusterId: string;
}
