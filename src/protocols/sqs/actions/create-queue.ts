import { DIALECT_SQS } from '../../../bytes/index.js';
import type { QueueInfo, QueueSettings } from '../../../core/index.js';
import { applyAttributes, checkQueueAttributes, type QueueAttribute, standardValue } from '../queue/queue-attribute.js';
import { checkQueueName } from '../queue/queue-name.js';
import { retainMsOf } from '../queue/retain-tag.js';
import {
  declaredBySqs,
  redeclared,
  deduplicationSettings,
  sameAttribute,
  setAttributes,
  settingsOf,
  toDeclared,
} from '../queue/sqs-queue.js';
import { checkTags } from '../queue/tag.js';
import { missingParameter, ServiceError } from '../wire/service-error.js';
import { mapOf, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import type { Call } from './call.js';
import { checkDeadLetterTarget } from './dead-letter-target.js';

type Changes = ReadonlyMap<QueueAttribute, string | undefined>;

/** CreateQueue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export const createQueue = action({
  name: 'CreateQueue',
  input: structure({
    QueueName: required(text),
    Attributes: optional(mapOf(text), 'Attribute'),
    tags: optional(mapOf(text, 'Key', 'Value'), 'Tag'),
  }),
  output: structure({ QueueUrl: required(text) }),
  run(call, { QueueName: name, Attributes, tags }) {
    if (name === '') throw missingParameter('QueueName');
    checkTags(tags);
    const fifo = Attributes.get('FifoQueue')?.toLowerCase() === 'true';
    const existing = call.find(name);
    const changes = checkQueueAttributes(Attributes, existing?.grouped ?? fifo);
    if (existing === undefined) create(call, name, fifo, changes, tags);
    else meet(call, existing, fifo, changes, tags);
    return call.stable({ QueueUrl: call.urlOf(name) });
  },
});

function create(call: Call, name: string, fifo: boolean, changes: Changes, tags: ReadonlyMap<string, string>): void {
  checkQueueName(name, fifo);
  checkDeadLetterTarget(call, name, fifo, changes);
  call.service.cooldowns?.checkCreate(call.virtualHost, name);
  const attributes = applyAttributes(new Map(), changes);
  if (!call.broker.hasVirtualHost(call.virtualHost)) call.broker.createVirtualHost(call.virtualHost);
  call.broker.createQueue(call.virtualHost, name, {
    durable: true,
    autoDelete: false,
    owner: 0,
    grouped: fifo,
    retainMs: retainMsOf(tags),
    dialect: DIALECT_SQS,
    declared: toDeclared(attributes, Object.fromEntries(tags), call.broker.nowMs),
    settings: withoutUnset({
      ...settingsOf(changes),
      ...(fifo ? deduplicationSettings(changes) : { fairGroups: true }),
    }),
  });
}

/**
 * The queue is there already. What SQS declared of it must agree with what is asked for now; a queue that only other dialects declared
 * takes SQS's attributes on.
 */
function meet(call: Call, queue: QueueInfo, fifo: boolean, changes: Changes, tags: ReadonlyMap<string, string>): void {
  if (changes.has('FifoQueue') && queue.grouped !== fifo) throw differs('FifoQueue');
  const current = setAttributes(queue);
  if (declaredBySqs(queue) === undefined) {
    checkDeadLetterTarget(call, queue.name, queue.grouped, changes);
    const attributes = applyAttributes(current, changes);
    call.broker.configureQueue(
      queue.handle,
      DIALECT_SQS,
      redeclared(queue, {
        attributes: Object.fromEntries(attributes),
        tags: Object.fromEntries(tags),
        modifiedMs: call.broker.nowMs,
      }),
      { ...settingsOf(changes), ...(queue.grouped ? {} : { fairGroups: true }) },
    );
    return;
  }
  for (const [name, value] of changes) {
    const inForce = current.get(name) ?? standardValue(name, queue.grouped);
    if (!sameAttribute(name, value, inForce)) throw differs(name);
  }
}

function differs(attribute: QueueAttribute): ServiceError {
  return new ServiceError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );
}

function withoutUnset(settings: ReturnType<typeof settingsOf>): Partial<QueueSettings> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<QueueSettings>;
}
