import { DIALECT_AMQP } from '../../bytes/index.js';
import type { Declared, QueueInfo } from '../../core/index.js';
import { assertAllowed } from './access.js';
import { ChannelError } from './amqp-error.js';
import type { Channel } from './channel.js';
import {
  assertArgumentEquivalent,
  assertFlagEquivalent,
  keepArguments,
  keptArguments,
  type KeptArguments,
} from './declared-arguments.js';
import { replyToAlias } from './direct-reply.js';
import type { MethodArguments } from './method-codec.js';
import { cleanName, generatedName, named, reservedPrefix } from './names.js';
import {
  assertNoStreamArguments,
  assertQuorumAllowed,
  comparedArguments,
  readQueueArguments,
  type QueueArguments,
  type QueueType,
} from './queue-arguments.js';
import { existingStream } from './stream-access.js';
import { assertStreamAllowed } from './stream-arguments.js';
import { answerStream, assertNotStream, declareStream } from './stream-declare.js';
import { existingQueue, assertNotLocked, lockedQueue, meantQueue, usableQueue } from './queue-access.js';

type DeclareArguments = MethodArguments<'queue.declare'>;

/** What queue.declare says, as it is compared and kept. */
interface Declaration {
  readonly name: string;
  readonly resource: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  readonly args: QueueArguments;
  readonly kept: KeptArguments;
}

/** queue.declare (AMQP 0-9-1 section 1.7.2.1). */
export function declareQueue(channel: Channel, args: DeclareArguments): void {
  if (answersDirectReply(channel, args.queue)) {
    answerDirectReply(channel, args, args.queue);
    return;
  }
  if (args.passive) {
    const name = meantQueue(channel, cleanName(args.queue));
    const stream = existingStream(channel, name);
    if (stream === undefined) answer(channel, args, usableQueue(channel, name), false);
    else answerStream(channel, args, stream, false);
    return;
  }
  const declaration = readDeclaration(channel, args);
  assertAllowed(channel, 'configure', 'queue', declaration.name);
  const existing = existingQueue(channel, declaration.name);
  if (existing === undefined && declaration.args.type === 'stream') {
    const created = declareStream(channel, declaration.name, args);
    answerStream(channel, args, existingStream(channel, declaration.name)!, created);
    return;
  }
  const changed =
    existing === undefined ? createQueue(channel, declaration) : redeclare(channel, declaration, existing);
  answer(channel, args, usableQueue(channel, declaration.name), changed);
}

/** A declaration of the alias is always answered, of a reply queue as long as its consumer is there. */
function answersDirectReply(channel: Channel, name: string): boolean {
  if (name === replyToAlias) return true;
  return name.startsWith(`${replyToAlias}.`) && existingQueue(channel, name) !== undefined;
}

function answerDirectReply(channel: Channel, args: DeclareArguments, queue: string): void {
  channel.lastQueue = queue;
  if (!args.noWait) channel.reply('queue.declare-ok', { queue, messageCount: 0, consumerCount: 1 });
}

/** How an AMQP client declared the queue; a queue that none declared is a classic one. */
export function queueTypeOf(queue: QueueInfo): QueueType {
  const declared = queue.declaredBy.get(DIALECT_AMQP);
  return declared !== undefined && keptArguments(declared).arguments['x-queue-type'] === 'quorum'
    ? 'quorum'
    : 'classic';
}

function readDeclaration(channel: Channel, args: DeclareArguments): Declaration {
  const serverNamed = args.queue === '';
  const name = serverNamed ? generatedName('amq.gen-') : cleanName(args.queue);
  const resource = named('queue', name, channel.connection.virtualHost);
  if (!serverNamed && name.startsWith(reservedPrefix) && existingQueue(channel, name) === undefined) {
    throw new ChannelError('ACCESS_REFUSED', `queue name '${name}' contains reserved prefix 'amq.*'`);
  }
  const read = readQueueArguments(args.arguments, resource);
  const { durable, exclusive, autoDelete } = args;
  const flags = { durable, exclusive, autoDelete, serverNamed };
  if (read.type === 'quorum') assertQuorumAllowed(flags, args.arguments, resource);
  if (read.type === 'stream') assertStreamAllowed(flags, args.arguments, resource);
  else assertNoStreamArguments(read.type, args.arguments, resource);
  // an exclusive queue goes with its connection, so it cannot outlive the broker
  return {
    name,
    resource,
    durable: durable && !exclusive,
    autoDelete,
    exclusive,
    args: read,
    kept: keepArguments(args.arguments),
  };
}

function createQueue(channel: Channel, declaration: Declaration): true {
  const { broker, owner, virtualHost } = channel.connection;
  const { name, durable, autoDelete, exclusive, args } = declaration;
  assertNotStream(channel, name, declaration.kept);
  assertDeadLetterAllowed(channel, declaration);
  broker.createQueue(virtualHost, name, {
    durable,
    autoDelete,
    owner: exclusive ? owner : 0,
    grouped: false,
    retainMs: args.retainMs,
    dialect: DIALECT_AMQP,
    declared: declared(declaration),
    settings: args.settings,
  });
  return true;
}

function assertDeadLetterAllowed(channel: Channel, { name, args }: Declaration): void {
  const { deadLetter } = args.settings;
  if (deadLetter === undefined || !('exchange' in deadLetter)) return;
  assertAllowed(channel, 'read', 'queue', name);
  assertAllowed(channel, 'write', 'exchange', deadLetter.exchange);
}

/** Compares with what was declared first in this dialect; returns whether anything was changed. */
function redeclare(channel: Channel, declaration: Declaration, queue: QueueInfo): boolean {
  assertNotLocked(channel, queue);
  if (declaration.exclusive !== (queue.owner !== 0)) throw lockedQueue(channel, queue.name);
  const first = queue.declaredBy.get(DIALECT_AMQP);
  if (first === undefined && declaration.args.type !== 'stream') {
    const { broker } = channel.connection;
    broker.configureQueue(queue.handle, DIALECT_AMQP, declared(declaration), declaration.args.settings);
    return true;
  }
  const { resource, kept } = declaration;
  const current = keptArguments(first ?? {});
  assertFlagEquivalent('durable', declaration.durable, queue.durable, resource);
  assertFlagEquivalent('auto_delete', declaration.autoDelete, queue.autoDelete, resource);
  assertArgumentEquivalent('x-queue-type', withQueueType(kept), withQueueType(current), resource);
  for (const key of comparedArguments) assertArgumentEquivalent(key, kept, current, resource);
  return false;
}

/** A queue declared without a type is a classic queue. */
function withQueueType(kept: KeptArguments): KeptArguments {
  if (kept.arguments['x-queue-type'] !== undefined) return kept;
  return {
    arguments: { ...kept.arguments, 'x-queue-type': 'classic' },
    argumentTypes: { ...kept.argumentTypes, 'x-queue-type': 'S' },
  };
}

function declared({ durable, autoDelete, exclusive, kept }: Declaration): Declared {
  return { durable, autoDelete, exclusive, arguments: kept.arguments, argumentTypes: kept.argumentTypes };
}

function answer(channel: Channel, args: DeclareArguments, queue: QueueInfo, changed: boolean): void {
  channel.lastQueue = queue.name;
  channel.connection.broker.touchQueue(queue.handle);
  if (args.noWait) return;
  const counts = channel.connection.broker.counts(queue.handle);
  const reply = { queue: queue.name, messageCount: counts.ready, consumerCount: queue.consumers };
  channel.replyAfter(changed && queue.durable, 'queue.declare-ok', reply);
}
