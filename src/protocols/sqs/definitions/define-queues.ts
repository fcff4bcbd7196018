import { createQueue } from '../actions/create-queue.js';
import { Call, type Caller, type Service } from '../actions/call.js';
import { setQueueAttributes } from '../actions/set-queue-attributes.js';
import { tagQueue } from '../actions/tag-queue.js';
import { ServiceError } from '../wire/service-error.js';
import type { Definition } from './definitions.js';

interface QueueDefinition {
  readonly entry: Definition;
  readonly name: string;
  readonly caller: Caller;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
}

/**
 * Creates the queues that the `sqs` part of a definitions file names, and gives those that are there already the attributes and tags that it says; others
 * they have stay. A dead-letter queue may stand behind the queues that name it. Resolves when all is on stable storage.
 */
export async function defineQueues(service: Service, part: Definition): Promise<void> {
  part.checkFields('queues');
  const queues = part.list('queues', 'queue').map((entry) => readQueue(entry, service));
  for (const queue of queues) {
    const attributes = new Map(queue.attributes);
    attributes.delete('RedrivePolicy');
    await attempt(queue.entry, async () => {
      service.host.enter();
      const call = new Call(service, queue.caller);
      if (call.find(queue.name) !== undefined) return;
      await createQueue.run(call, { QueueName: queue.name, Attributes: attributes, tags: queue.tags });
    });
  }
  for (const queue of queues) {
    await attempt(queue.entry, async () => {
      service.host.enter();
      const call = new Call(service, queue.caller);
      const given = { QueueUrl: queue.name };
      const attributes = new Map(queue.attributes);
      attributes.delete('FifoQueue');
      if (attributes.size > 0) await setQueueAttributes.run(call, { ...given, Attributes: attributes });
      if (queue.tags.size > 0) await tagQueue.run(call, { ...given, Tags: queue.tags });
    });
  }
}

function readQueue(entry: Definition, { namespaces }: Service): QueueDefinition {
  entry.checkFields('name', 'attributes', 'tags', 'region', 'account');
  return {
    entry,
    name: entry.text('name'),
    caller: definingCaller(
      entry.optionalText('region') ?? namespaces.defaultRegion,
      entry.optionalText('account') ?? namespaces.defaultAccount,
    ),
    attributes: entry.texts('attributes'),
    tags: entry.texts('tags'),
  };
}

/** The definitions file as a caller of actions. */
export function definingCaller(region: string, account: string): Caller {
  return {
    region,
    account,
    origin: 'http://localhost',
    trace: undefined,
    abandoned: false,
    whenAbandoned() {
      // It waits to the end.
    },
  };
}

/** Runs it; what the service refuses ends the start. */
async function attempt(entry: Definition, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ServiceError) throw entry.refused(`cannot be had: ${error.message.replace(/\.$/, '')}`);
    throw error;
  }
}
