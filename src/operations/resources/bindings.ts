import type { Binding } from '../../core/index.js';
import type { Call } from '../http/call.js';
import { notFound } from '../http/failure.js';
import { tableIn, textIn } from '../http/fields.js';
import { type Item, listing, single } from '../http/listing.js';
import { NO_CONTENT, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import {
  bindingItem,
  bindingsIn,
  exchangeInPath,
  type PlacedBinding,
  plainTable,
  propertiesKey,
} from './binding-item.js';
import { findQueueLike, queuesIn } from './queue-item.js';

function all(call: Call): PlacedBinding[] {
  const { broker } = call.context.host;
  return call.virtualHosts().flatMap((virtualHost) => {
    const names = queuesIn(broker, virtualHost).map(({ name }) => name);
    return bindingsIn(broker, virtualHost, names);
  });
}

/** Those of the path's virtual host, of the implicit ones only those to these queues. */
function explicitOrOf(call: Call, queues: readonly string[]): PlacedBinding[] {
  return bindingsIn(call.context.host.broker, call.virtualHost(), queues);
}

function list(call: Call, bindings: readonly PlacedBinding[]): Reply {
  return listing(call, bindings, ({ source }) => source, bindingItem);
}

interface Ends {
  readonly source: string;
  readonly destination: string;
  readonly kind: 'queue' | 'exchange';
}

function ends(call: Call): Ends {
  const kind = call.parameter('kind') === 'q' ? 'queue' : 'exchange';
  return {
    source: exchangeInPath(call.parameter('source')),
    destination: kind === 'queue' ? call.parameter('destination') : exchangeInPath(call.parameter('destination')),
    kind,
  };
}

function between(call: Call): PlacedBinding[] {
  const { source, destination, kind } = ends(call);
  assertEnds(call);
  return explicitOrOf(call, source === '' ? [destination] : []).filter(
    (binding) => binding.source === source && binding.destination === destination && binding.kind === kind,
  );
}

function assertEnds(call: Call): void {
  const { source, destination, kind } = ends(call);
  const { broker } = call.context.host;
  const virtualHost = call.virtualHost();
  if (!hasExchange(call, source)) throw notFound();
  const known = kind === 'exchange' ? hasExchange(call, destination) : findQueueLike(broker, virtualHost, destination);
  if (known === undefined || known === false) throw notFound();
}

function hasExchange(call: Call, name: string): boolean {
  return name === '' || call.context.host.broker.exchange(call.virtualHost(), name) !== undefined;
}

function one(call: Call): PlacedBinding {
  const key = call.parameter('properties');
  const binding = between(call).find((each) => propertiesKey(each) === key);
  if (binding === undefined) throw notFound();
  return binding;
}

function bind(call: Call): Reply {
  const body = call.body();
  const { source, destination, kind } = ends(call);
  const virtualHost = call.virtualHost();
  const routingKey = textIn(body, 'routing_key', '');
  const args = tableIn(body, 'arguments');
  call.context.direct.bind(call.user, virtualHost, { source, destination, kind, routingKey, arguments: args });
  const made = explicitOrOf(call, []).filter((each) => isBetween(each, { source, destination, kind }, routingKey));
  const wanted = JSON.stringify(args);
  const binding = made.find((each) => JSON.stringify(plainTable(each.arguments)) === wanted) ?? made.at(-1);
  if (binding === undefined) throw notFound();
  const location = `${encodeURIComponent(destination)}/${encodeURIComponent(propertiesKey(binding))}`;
  return { status: 201, headers: { location } };
}

function isBetween(binding: Binding, { source, destination, kind }: Ends, routingKey: string): boolean {
  return (
    binding.source === source &&
    binding.destination === destination &&
    binding.kind === kind &&
    binding.routingKey === routingKey
  );
}

function unbind(call: Call): Reply {
  const { source, destination, kind, routingKey, arguments: args } = one(call);
  const virtualHost = call.virtualHost();
  const binding = { source, destination, kind, routingKey, arguments: plainTable(args) };
  call.context.direct.unbind(call.user, virtualHost, binding);
  return NO_CONTENT;
}

function ofQueue(call: Call): Reply {
  const name = call.parameter('queue');
  if (findQueueLike(call.context.host.broker, call.virtualHost(), name) === undefined) throw notFound();
  return list(
    call,
    explicitOrOf(call, [name]).filter(({ kind, destination }) => kind === 'queue' && destination === name),
  );
}

function ofExchange(call: Call, isAbout: (binding: PlacedBinding, exchange: string) => boolean): Reply {
  const name = exchangeInPath(call.parameter('exchange'));
  if (!hasExchange(call, name)) throw notFound();
  return list(
    call,
    all(call).filter((binding) => isAbout(binding, name)),
  );
}

const BETWEEN = '/api/bindings/:vhost/e/:source/:kind(^[eq]$)/:destination';

export const bindingRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/bindings', needs: 'management', handle: (call) => list(call, all(call)) },
  { method: 'GET', path: '/api/bindings/:vhost', needs: 'management', handle: (call) => list(call, all(call)) },
  { method: 'GET', path: BETWEEN, needs: 'management', handle: (call) => list(call, between(call)) },
  { method: 'POST', path: BETWEEN, needs: 'management', handle: bind },
  {
    method: 'GET',
    path: `${BETWEEN}/:properties`,
    needs: 'management',
    handle: (call): Reply => single(call, bindingItem(one(call)) satisfies Item),
  },
  { method: 'DELETE', path: `${BETWEEN}/:properties`, needs: 'management', handle: unbind },
  { method: 'GET', path: '/api/queues/:vhost/:queue/bindings', needs: 'management', handle: ofQueue },
  {
    method: 'GET',
    path: '/api/exchanges/:vhost/:exchange/bindings/source',
    needs: 'management',
    handle: (call) => ofExchange(call, ({ source }, name) => source === name),
  },
  {
    method: 'GET',
    path: '/api/exchanges/:vhost/:exchange/bindings/destination',
    needs: 'management',
    handle: (call) => ofExchange(call, ({ kind, destination }, name) => kind === 'exchange' && destination === name),
  },
];
