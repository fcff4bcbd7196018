import { assertAllowed, assertTopicAllowed } from './access.js';
import { ChannelError } from './amqp-error.js';
import { translated } from './broker-error-reply.js';
import type { Channel } from './channel.js';
import {
  assertArgumentEquivalent,
  assertFlagEquivalent,
  inequivalent,
  keepArguments,
  keptArguments,
  textOf,
  typeName,
} from './declared-arguments.js';
import { addBinding, assertExchangeUsable, existingExchange, noExchange } from './exchange-access.js';
import type { FieldTable } from './field-table.js';
import { headerValues } from './header-values.js';
import type { MethodArguments } from './method-codec.js';
import { cleanName, named, reservedPrefix } from './names.js';
import type { ExchangeInfo, ExchangeSpec } from '../../core/index.js';

type DeclareArguments = MethodArguments<'exchange.declare'>;

const alternateExchange = 'alternate-exchange';

/** exchange.declare (AMQP 0-9-1 section 1.6.2.1). */
export function declareExchange(channel: Channel, args: DeclareArguments): void {
  const name = cleanName(args.exchange);
  const existing = existingExchange(channel, name);
  if (args.passive) {
    assertExchangeUsable(name);
    if (existing === undefined) throw noExchange(channel, name);
    if (!args.noWait) channel.reply('exchange.declare-ok', {});
    return;
  }
  assertExchangeUsable(name);
  assertAllowed(channel, 'configure', 'exchange', name);
  if (existing === undefined) {
    createExchange(channel, name, args);
    if (!args.noWait) channel.replyAfter(args.durable, 'exchange.declare-ok', {});
    return;
  }
  assertEquivalent(channel, args, existing);
  if (!args.noWait) channel.reply('exchange.declare-ok', {});
}

function createExchange(channel: Channel, name: string, args: DeclareArguments): void {
  const { broker, virtualHost } = channel.connection;
  if (name.startsWith(reservedPrefix)) {
    throw new ChannelError('ACCESS_REFUSED', `exchange name '${name}' contains reserved prefix 'amq.*'`);
  }
  const resource = named('exchange', name, virtualHost);
  const alternate = readText(args.arguments, alternateExchange, resource);
  const hash = readHash(args.arguments, resource);
  const delayedType = readText(args.arguments, 'x-delayed-type', resource);
  if (alternate !== undefined) {
    assertAllowed(channel, 'read', 'exchange', name);
    assertAllowed(channel, 'write', 'exchange', alternate);
  }
  const { type, durable, autoDelete, internal } = args;
  translated(
    () =>
      broker.createExchange(virtualHost, name, {
        type,
        durable,
        autoDelete,
        internal,
        alternate,
        declared: { ...keepArguments(args.arguments) },
        hash,
        delayedType,
      }),
    {
      'invalid-argument': ({ detail }) => {
        if (detail.field === 'type') {
          return new ChannelError('PRECONDITION_FAILED', `unknown exchange type '${type}'`);
        }
        if (detail.field !== 'hash-property') return undefined;
        return new ChannelError('PRECONDITION_FAILED', `Unsupported property: ${String(detail.received)}`);
      },
    },
  );
}

/** What a consistent-hash exchange hashes instead of the routing key. */
function readHash(table: FieldTable, resource: string): ExchangeSpec['hash'] {
  const header = readText(table, 'hash-header', resource);
  const property = readText(table, 'hash-property', resource);
  if (header !== undefined && property !== undefined) {
    throw new ChannelError('PRECONDITION_FAILED', 'hash-header and hash-property are mutually exclusive');
  }
  if (property !== undefined) return { property };
  return header === undefined ? undefined : { header };
}

function readText(table: FieldTable, key: string, resource: string): string | undefined {
  const field = table.get(key);
  if (field === undefined) return undefined;
  const name = textOf(field);
  if (name !== undefined) return name;
  throw new ChannelError(
    'PRECONDITION_FAILED',
    `invalid arg '${key}' for ${resource}: "expected longstr, got ${typeName(field)}"`,
  );
}

function assertEquivalent(channel: Channel, args: DeclareArguments, existing: ExchangeInfo): void {
  const resource = named('exchange', existing.name, channel.connection.virtualHost);
  if (args.type !== existing.type) throw inequivalent('type', resource, `'${args.type}'`, `'${existing.type}'`);
  assertFlagEquivalent('durable', args.durable, existing.durable, resource);
  assertFlagEquivalent('auto_delete', args.autoDelete, existing.autoDelete, resource);
  assertFlagEquivalent('internal', args.internal, existing.internal, resource);
  const received = keepArguments(args.arguments);
  assertArgumentEquivalent(alternateExchange, received, keptArguments(existing.declared), resource);
}

/** exchange.delete (section 1.6.2.3). An exchange that is not there counts as deleted. */
export function deleteExchange(channel: Channel, args: MethodArguments<'exchange.delete'>): void {
  const { broker, virtualHost } = channel.connection;
  const name = args.exchange;
  const resource = named('exchange', name, virtualHost);
  assertExchangeUsable(name);
  if (name.startsWith(reservedPrefix)) {
    throw new ChannelError('ACCESS_REFUSED', `deletion of system ${resource} not allowed`);
  }
  assertAllowed(channel, 'configure', 'exchange', name);
  const existing = existingExchange(channel, name);
  if (existing === undefined) {
    if (!args.noWait) channel.reply('exchange.delete-ok', {});
    return;
  }
  translated(() => broker.deleteExchange(virtualHost, name, args.ifUnused), {
    'in-use': () => new ChannelError('PRECONDITION_FAILED', `${resource} in use`),
  });
  if (!args.noWait) channel.replyAfter(existing.durable, 'exchange.delete-ok', {});
}

/** exchange.bind, RabbitMQ's extension: what `source` takes, `destination` gets too. */
export function bindExchange(channel: Channel, args: MethodArguments<'exchange.bind'>): void {
  assertBindable(channel, args);
  const source = existingExchange(channel, args.source);
  if (existingExchange(channel, args.destination) === undefined) throw noExchange(channel, args.destination);
  if (source === undefined) throw noExchange(channel, args.source);
  assertTopicAllowed(channel, 'read', source, args.routingKey);
  addBinding(channel, bindingOf(args));
  if (!args.noWait) channel.replyWhenStable('exchange.bind-ok', {});
}

/** exchange.unbind. What is not there counts as unbound. */
export function unbindExchange(channel: Channel, args: MethodArguments<'exchange.unbind'>): void {
  assertBindable(channel, args);
  const known = [args.destination, args.source].every((name) => existingExchange(channel, name) !== undefined);
  if (known) channel.connection.broker.unbind(channel.connection.virtualHost, bindingOf(args));
  if (!args.noWait) channel.replyWhenStable('exchange.unbind-ok', {});
}

type BindArguments = MethodArguments<'exchange.bind'>;

function assertBindable(channel: Channel, args: BindArguments): void {
  assertExchangeUsable(args.destination);
  assertExchangeUsable(args.source);
  assertAllowed(channel, 'write', 'exchange', args.destination);
  assertAllowed(channel, 'read', 'exchange', args.source);
}

function bindingOf(args: BindArguments) {
  return {
    source: args.source,
    destination: args.destination,
    kind: 'exchange',
    routingKey: args.routingKey,
    arguments: headerValues(args.arguments),
  } as const;
}
