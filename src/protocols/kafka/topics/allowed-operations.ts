import type { Broker } from '../../../core/index.js';
import { VIRTUAL_HOST } from '../kafka-options.js';

/** Kafka's numbers of operations on a resource; a set of them is a bit field, bit n for number n. */
const READ = 1 << 3;
const WRITE = 1 << 4;
const CREATE = 1 << 5;
const DELETE = 1 << 6;
const ALTER = 1 << 7;
const DESCRIBE = 1 << 8;
const DESCRIBE_CONFIGS = 1 << 10;
const ALTER_CONFIGS = 1 << 11;
const IDEMPOTENT_WRITE = 1 << 12;

const TOPIC_READ = READ | DESCRIBE;
const TOPIC_WRITE = WRITE | DESCRIBE;
const TOPIC_CONFIGURE = CREATE | DELETE | ALTER | DESCRIBE | DESCRIBE_CONFIGS | ALTER_CONFIGS;

/** What the user may do with a topic. */
export function topicOperations(broker: Broker, user: string, name: string): number {
  let operations = 0;
  if (broker.allowed(user, VIRTUAL_HOST, 'read', name)) operations |= TOPIC_READ;
  if (broker.allowed(user, VIRTUAL_HOST, 'write', name)) operations |= TOPIC_WRITE;
  if (broker.allowed(user, VIRTUAL_HOST, 'configure', name)) operations |= TOPIC_CONFIGURE;
  return operations;
}

/** Whether the user may know that the topic exists. */
export function maySeeTopic(broker: Broker, user: string, name: string): boolean {
  return topicOperations(broker, user, name) !== 0;
}

/** What anybody with access may do with the cluster as a whole. */
export const CLUSTER_OPERATIONS = CREATE | DESCRIBE | DESCRIBE_CONFIGS | IDEMPOTENT_WRITE;

/** What whoever may read a group may do with it. */
export const GROUP_OPERATIONS = READ | DELETE | DESCRIBE;
