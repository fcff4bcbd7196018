import { BrokerError, type BrokerErrorKind, type Declared, type ExchangeInfo } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { badRequest, notFound } from '../http/failure.js';
import { assertPresent, booleanIn, tableIn, textIn } from '../http/fields.js';
import { type Item, listing, single } from '../http/listing.js';
import { NO_CONTENT, ok, put, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { exchangeInPath } from './binding-item.js';

/** An exchange as it is listed. */
export type ListedExchange = Omit<ExchangeInfo, 'notes'>;

/** The default exchange, which is none in the core: there is nothing to it but its rule. */
const DEFAULT: Omit<ListedExchange, 'virtualHost'> = {
  name: '',
  type: 'direct',
  durable: true,
  autoDelete: false,
  internal: false,
  alternate: undefined,
  declared: {},
};

export function exchangesIn({ host }: AdminContext, virtualHost: string): ListedExchange[] {
  const { broker } = host;
  const all = broker.exchanges(virtualHost).map((name) => broker.exchange(virtualHost, name)!);
  return [{ ...DEFAULT, virtualHost }, ...all].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** As a client declared them. */
export function exchangeArguments({ declared }: Pick<ExchangeInfo, 'declared'>): Declared {
  return (declared['arguments'] ?? {}) as Declared;
}

function exchangeItem({ administration }: AdminContext, exchange: ListedExchange): Item {
  const { name, virtualHost, type, durable, autoDelete, internal } = exchange;
  const { policy } = administration.policies.appliedTo(virtualHost, 'exchange', name);
  return {
    name,
    vhost: virtualHost,
    type,
    durable,
    auto_delete: autoDelete,
    internal,
    arguments: exchangeArguments(exchange),
    ...(policy !== undefined && { policy }),
  };
}

function find(call: Call): ListedExchange | undefined {
  const virtualHost = call.virtualHost();
  const name = exchangeInPath(call.parameter('exchange'));
  if (name === '') return { ...DEFAULT, virtualHost };
  return call.context.host.broker.exchange(virtualHost, name);
}

function existing(call: Call): ListedExchange {
  const exchange = find(call);
  if (exchange === undefined) throw notFound();
  return exchange;
}

function declare(call: Call): Reply {
  const body = call.body();
  const virtualHost = call.virtualHost();
  const isNew = find(call) === undefined;
  call.context.direct.declareExchange(call.user, virtualHost, exchangeInPath(call.parameter('exchange')), {
    type: textIn(body, 'type', 'direct'),
    durable: booleanIn(body, 'durable', false),
    autoDelete: booleanIn(body, 'auto_delete', false),
    internal: booleanIn(body, 'internal', false),
    arguments: tableIn(body, 'arguments'),
  });
  return put(isNew);
}

function remove(call: Call): Reply {
  const { name, virtualHost } = existing(call);
  call.context.direct.deleteExchange(call.user, virtualHost, name, call.query.get('if-unused') === 'true');
  return NO_CONTENT;
}

async function publish(call: Call): Promise<Reply> {
  const body = call.body();
  assertPresent(body, ['properties', 'routing_key', 'payload', 'payload_encoding']);
  const virtualHost = call.virtualHost();
  const exchange = exchangeInPath(call.parameter('exchange'));
  const message = {
    exchange,
    routingKey: textIn(body, 'routing_key', ''),
    properties: tableIn(body, 'properties'),
    body: payloadOf(textIn(body, 'payload', ''), textIn(body, 'payload_encoding', '')),
  };
  try {
    return ok({ routed: await call.context.direct.publish(call.user, virtualHost, message) });
  } catch (error) {
    const reply = error instanceof BrokerError ? CLOSED_WITH[error.kind] : undefined;
    throw reply === undefined ? error : badRequest(`${reply} - ${(error as Error).message}`);
  }
}

/** Here RabbitMQ tells with what its own channel was closed. */
const CLOSED_WITH: Partial<Record<BrokerErrorKind, string>> = {
  'not-found': '404 NOT_FOUND',
  'access-refused': '403 ACCESS_REFUSED',
};

function payloadOf(payload: string, encoding: string): Buffer {
  if (encoding === 'string') return Buffer.from(payload);
  if (encoding === 'base64') return Buffer.from(payload, 'base64');
  throw badRequest(['unsupported_encoding', encoding]);
}

function list(call: Call): Reply {
  const exchanges = call.virtualHosts().flatMap((virtualHost) => exchangesIn(call.context, virtualHost));
  return listing(
    call,
    exchanges,
    ({ name }) => name,
    (exchange) => exchangeItem(call.context, exchange),
  );
}

function details(call: Call): Reply {
  return single(call, { ...exchangeItem(call.context, existing(call)), incoming: [], outgoing: [] });
}

export const exchangeRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/exchanges', needs: 'management', handle: list },
  { method: 'GET', path: '/api/exchanges/:vhost', needs: 'management', handle: list },
  { method: 'GET', path: '/api/exchanges/:vhost/:exchange', needs: 'management', handle: details },
  { method: 'PUT', path: '/api/exchanges/:vhost/:exchange', needs: 'management', handle: declare },
  { method: 'DELETE', path: '/api/exchanges/:vhost/:exchange', needs: 'management', handle: remove },
  { method: 'POST', path: '/api/exchanges/:vhost/:exchange/publish', needs: 'management', handle: publish },
];
