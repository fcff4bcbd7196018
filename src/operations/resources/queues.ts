import type { DirectMessage } from '../../core/index.js';
import type { Call } from '../http/call.js';
import { badRequest, notFound } from '../http/failure.js';
import { assertPresent, booleanIn, integerIn, tableIn, textIn } from '../http/fields.js';
import { type Item, listing, single } from '../http/listing.js';
import { NO_CONTENT, ok, put, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { findQueueLike, queueDetails, queueItem, type QueueLike, queuesIn } from './queue-item.js';

const ACK_MODES = {
  ack_requeue_true: 'requeue',
  reject_requeue_true: 'reject-requeue',
  ack_requeue_false: 'acknowledge',
  reject_requeue_false: 'reject',
} as const;

function list(call: Call): Reply {
  const { broker } = call.context.host;
  const queues = call.virtualHosts().flatMap((virtualHost) => queuesIn(broker, virtualHost));
  return listing(
    call,
    queues,
    ({ name }) => name,
    (queue) => queueItem(call.context, queue),
  );
}

function find(call: Call): QueueLike | undefined {
  return findQueueLike(call.context.host.broker, call.virtualHost(), call.parameter('queue'));
}

function existing(call: Call): QueueLike {
  const queue = find(call);
  if (queue === undefined) throw notFound();
  return queue;
}

function declare(call: Call): Reply {
  const body = call.body();
  const virtualHost = call.virtualHost();
  const isNew = find(call) === undefined;
  call.context.direct.declareQueue(call.user, virtualHost, call.parameter('queue'), {
    durable: booleanIn(body, 'durable', false),
    autoDelete: booleanIn(body, 'auto_delete', false),
    arguments: tableIn(body, 'arguments'),
  });
  return put(isNew);
}

function remove(call: Call): Reply {
  const { name, virtualHost } = existing(call);
  const { query } = call;
  const ifUnused = query.get('if-unused') === 'true';
  const ifEmpty = query.get('if-empty') === 'true';
  call.context.direct.deleteQueue(call.user, virtualHost, name, ifUnused, ifEmpty);
  return NO_CONTENT;
}

function purge(call: Call): Reply {
  const { name, virtualHost } = existing(call);
  call.context.direct.purgeQueue(call.user, virtualHost, name);
  return NO_CONTENT;
}

async function get(call: Call): Promise<Reply> {
  const body = call.body();
  assertPresent(body, ['ackmode', 'count', 'encoding']);
  const settle = ACK_MODES[textIn(body, 'ackmode', '') as keyof typeof ACK_MODES];
  if (settle === undefined) throw badRequest(['unknown_ackmode', body['ackmode']]);
  const count = integerIn(body, 'count', 1);
  const encoding = textIn(body, 'encoding', 'auto');
  if (encoding !== 'auto' && encoding !== 'base64') throw badRequest(['unsupported_encoding', encoding]);
  const truncate = body['truncate'] === undefined ? undefined : integerIn(body, 'truncate', 0);
  if (count <= 0) return ok([]);
  const virtualHost = call.virtualHost();
  const name = call.parameter('queue');
  const messages = await call.context.direct.get(call.user, virtualHost, name, count, settle);
  return ok(messages.map((message) => messageItem(message, encoding, truncate)));
}

function messageItem(message: DirectMessage, encoding: 'auto' | 'base64', truncate: number | undefined): Item {
  const { exchange, routingKey, redelivered, remaining, properties } = message;
  const body = Buffer.from(message.body);
  const shown = truncate === undefined ? body : body.subarray(0, truncate);
  const text = encoding === 'auto' ? textOf(shown) : undefined;
  return {
    payload_bytes: body.length,
    redelivered,
    exchange,
    routing_key: routingKey,
    message_count: remaining,
    // no property at all is an empty list in RabbitMQ's JSON
    properties: Object.keys(properties).length === 0 ? [] : properties,
    payload: text ?? shown.toString('base64'),
    payload_encoding: text === undefined ? 'base64' : 'string',
  };
}

/** Undefined when the bytes are no UTF-8. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** RabbitMQ synchronises mirrors here. There are none, so that is done when it is asked for. */
function act(call: Call): Reply {
  existing(call);
  const action = call.body()['action'];
  if (action !== 'sync' && action !== 'cancel_sync') throw badRequest(['unknown', action ?? null]);
  return NO_CONTENT;
}

export const queueRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/queues', needs: 'management', handle: list },
  { method: 'GET', path: '/api/queues/:vhost', needs: 'management', handle: list },
  {
    method: 'GET',
    path: '/api/queues/:vhost/:queue',
    needs: 'management',
    handle: (call) => single(call, queueDetails(call.context, existing(call))),
  },
  { method: 'PUT', path: '/api/queues/:vhost/:queue', needs: 'management', handle: declare },
  { method: 'DELETE', path: '/api/queues/:vhost/:queue', needs: 'management', handle: remove },
  { method: 'DELETE', path: '/api/queues/:vhost/:queue/contents', needs: 'management', handle: purge },
  { method: 'POST', path: '/api/queues/:vhost/:queue/get', needs: 'management', handle: get },
  { method: 'POST', path: '/api/queues/:vhost/:queue/actions', needs: 'policymaker', handle: act },
];
