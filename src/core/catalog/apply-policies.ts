import { DIALECT_AMQP } from '../../bytes/index.js';
import type { Declared } from '../broker.js';
import type { Policies } from './policies.js';
import { effectiveQueueSettings, effectiveTopicSettings } from './policy-definition.js';
import type { QueueEntry } from './queue-entry.js';
import type { TopicEntry } from './topic-entry.js';

/** Gives the queue the settings that hold for it now. True when they are others than before. */
export function applyToQueue(policies: Policies, entry: QueueEntry): boolean {
  const { virtualHost, name, settings, state } = entry;
  const target = isQuorum(entry.declaredBy) ? 'quorum_queue' : 'classic_queue';
  const { definition } = policies.appliedTo(virtualHost, target, name);
  const effective = isEmpty(definition) ? settings : effectiveQueueSettings(settings, definition);
  const changed = JSON.stringify(effective) !== JSON.stringify(state.settings);
  state.settings = effective;
  return changed;
}

/** The same for a topic and its partitions. A retained queue's own follows what the queue was declared with. */
export function applyToTopic(policies: Policies, entry: TopicEntry): void {
  const { virtualHost, name, settings, queue } = entry;
  const definition = queue < 0 ? policies.appliedTo(virtualHost, 'stream', name).definition : {};
  const effective = isEmpty(definition) ? settings : effectiveTopicSettings(settings, definition);
  for (const partition of entry.parts) partition.settings = effective;
}

/** How an AMQP client declared it; what none declared is a classic queue. */
function isQuorum(declaredBy: ReadonlyMap<number, Declared>): boolean {
  const args = declaredBy.get(DIALECT_AMQP)?.['arguments'] as Declared | undefined;
  return args?.['x-queue-type'] === 'quorum';
}

function isEmpty(definition: Declared): boolean {
  return Object.keys(definition).length === 0;
}
