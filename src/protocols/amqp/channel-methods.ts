import { ChannelError, ConnectionError } from './amqp-error.js';
import { cancel, consume, get, recover, setPrefetch } from './basic-methods.js';
import type { Channel } from './channel.js';
import { Confirms } from './confirms.js';
import { bindExchange, declareExchange, deleteExchange, unbindExchange } from './exchange-methods.js';
import type { Method } from './method-codec.js';
import { declareQueue } from './queue-declare.js';
import { bindQueue, deleteQueue, purgeQueue, unbindQueue } from './queue-methods.js';
import { Transaction } from './transaction.js';

/** Carries out a method on an open channel, all but publishing, opening and closing. @throws ChannelError · ConnectionError */
export function handleMethod(channel: Channel, method: Method): void {
  switch (method.name) {
    case 'basic.ack':
      return channel.acknowledge(method.args.deliveryTag, method.args.multiple);
    case 'basic.nack':
      return channel.reject(method.args.deliveryTag, method.args.multiple, method.args.requeue);
    case 'basic.reject':
      return channel.reject(method.args.deliveryTag, false, method.args.requeue);
    case 'basic.get':
      return get(channel, method.args);
    case 'basic.qos':
      return setPrefetch(channel, method.args);
    case 'basic.consume':
      return consume(channel, method.args);
    case 'basic.cancel':
      return cancel(channel, method.args);
    case 'basic.cancel-ok':
      return;
    case 'basic.recover':
      recover(channel, method.args.requeue);
      return channel.reply('basic.recover-ok', {});
    case 'basic.recover-async':
      return recover(channel, method.args.requeue);
    case 'queue.declare':
      return declareQueue(channel, method.args);
    case 'queue.bind':
      return bindQueue(channel, method.args);
    case 'queue.unbind':
      return unbindQueue(channel, method.args);
    case 'queue.purge':
      return purgeQueue(channel, method.args);
    case 'queue.delete':
      return deleteQueue(channel, method.args);
    case 'exchange.declare':
      return declareExchange(channel, method.args);
    case 'exchange.delete':
      return deleteExchange(channel, method.args);
    case 'exchange.bind':
      return bindExchange(channel, method.args);
    case 'exchange.unbind':
      return unbindExchange(channel, method.args);
    case 'confirm.select':
      return selectConfirms(channel, method.args.noWait);
    case 'tx.select':
      return selectTransaction(channel);
    case 'tx.commit':
      transactionOf(channel).commit();
      return channel.replyWhenStable('tx.commit-ok', {});
    case 'tx.rollback':
      transactionOf(channel).rollback();
      return channel.reply('tx.rollback-ok', {});
    case 'channel.flow':
      return flow(channel, method.args.active);
    case 'channel.flow-ok':
      return;
    case 'access.request':
      // tickets belong to AMQP 0-8; any number does, since nobody looks at it
      return channel.reply('access.request-ok', { ticket: 1 });
    default:
      throw new ConnectionError('COMMAND_INVALID', 'unimplemented method');
  }
}

function selectConfirms(channel: Channel, noWait: boolean): void {
  if (channel.transaction !== undefined) {
    throw new ChannelError('PRECONDITION_FAILED', 'cannot switch from tx to confirm mode');
  }
  channel.confirms ??= new Confirms(channel.number);
  if (!noWait) channel.reply('confirm.select-ok', {});
}

function selectTransaction(channel: Channel): void {
  if (channel.confirms !== undefined) {
    throw new ChannelError('PRECONDITION_FAILED', 'cannot switch from confirm to tx mode');
  }
  channel.transaction ??= new Transaction();
  channel.reply('tx.select-ok', {});
}

function transactionOf(channel: Channel): Transaction {
  if (channel.transaction === undefined) {
    throw new ChannelError('PRECONDITION_FAILED', 'channel is not transactional');
  }
  return channel.transaction;
}

function flow(channel: Channel, active: boolean): void {
  if (!active) throw new ConnectionError('NOT_IMPLEMENTED', 'active=false');
  channel.reply('channel.flow-ok', { active });
}
