import type { Host } from '../../../core/index.js';
import type { GroupCalls } from '../groups/group-calls.js';
import { ShareAcquirer } from './share-acquirer.js';
import { type ShareConfig, shareConfig } from './share-config.js';
import { ShareQueues } from './share-queues.js';
import type { ShareSession } from './share-session.js';
import { ShareSessions } from './share-sessions.js';

/** Where the configs of groups are, as {@link FrontServices.configs} has them. */
interface GroupConfigs {
  ofGroup(groupId: string): Readonly<Record<string, string>>;
}

/** Everything about share groups that outlives a request. */
export class ShareGroups {
  readonly acquirer: ShareAcquirer;
  readonly queues: ShareQueues;
  readonly sessions: ShareSessions;
  readonly #host: Host;
  readonly #configs: GroupConfigs;
  readonly #partitionOf: (topicId: string, index: number) => number;

  /** `partitionOf` answers -1 for a partition that does not exist. */
  constructor(host: Host, configs: GroupConfigs, partitionOf: (topicId: string, index: number) => number) {
    this.#host = host;
    this.#configs = configs;
    this.#partitionOf = partitionOf;
    this.acquirer = new ShareAcquirer(host);
    this.queues = new ShareQueues(host);
    this.sessions = new ShareSessions((session) => this.#giveBack(session));
  }

  config(groupId: string): ShareConfig {
    return shareConfig(this.#configs.ofGroup(groupId));
  }

  /** The group's queue over a partition; -1 where there is none. */
  findQueue(groupId: string, topicId: string, index: number): number {
    const partition = this.#partitionOf(topicId, index);
    return partition < 0 ? -1 : this.#host.broker.findShare(partition, groupId);
  }

  /** The error code that keeps the group's offsets from being changed by hand. */
  static faultOfChange(groups: GroupCalls, groupId: string): 'none' | 'group-not-found' | 'group-not-empty' {
    const group = groups.coordinator.assigned.find(groupId);
    if (group === undefined || group.kind !== 'share') return 'group-not-found';
    return group.size > 0 ? 'group-not-empty' : 'none';
  }

  #giveBack(session: ShareSession): void {
    const { broker } = this.#host;
    for (const { topicId, index, held } of session.holding()) {
      const queue = held.size === 0 ? -1 : this.findQueue(session.groupId, topicId, index);
      for (const [offset, attempts] of queue < 0 ? [] : held) broker.extendMessage(queue, offset, attempts, 0, true);
      held.clear();
    }
  }
}
