import { rulesOfRegexes, VIRTUAL_HOST_LIMITS, type VirtualHostLimit } from '../../core/index.js';
import { tagsOf } from '../access/tags.js';
import type { AdminContext } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { badRequest, notFound } from '../http/failure.js';
import { textIn } from '../http/fields.js';
import { type Item, listing, single } from '../http/listing.js';
import { NO_CONTENT, ok, put, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { closeConnections } from './connection-item.js';

function virtualHostItem({ host, administration, nodeName }: AdminContext, name: string): Item {
  const { broker } = host;
  const { description = '', tags = [] } = administration.virtualHosts.get(name) ?? {};
  let ready = 0;
  let inFlight = 0;
  for (const queue of broker.queues(name)) {
    const counts = broker.counts(queue);
    ready += counts.ready;
    inFlight += counts.inFlight;
  }
  return {
    name,
    description,
    tags,
    metadata: { description, tags },
    default_queue_type: 'undefined',
    tracing: false,
    cluster_state: { [nodeName]: 'running' },
    messages: ready + inFlight,
    messages_ready: ready,
    messages_unacknowledged: inFlight,
  };
}

/** Administrators and those who monitor see all, others what they may enter. */
function visible(call: Call): readonly string[] {
  return call.has('monitoring') ? call.context.host.broker.virtualHosts() : call.virtualHosts();
}

function existing(call: Call): string {
  const name = call.parameter('vhost');
  if (!call.context.host.broker.hasVirtualHost(name)) throw notFound();
  return name;
}

function putVirtualHost(call: Call): Reply {
  const body = call.body();
  const name = call.parameter('vhost');
  const { virtualHosts, permissions } = call.context.administration;
  const before = virtualHosts.get(name);
  const description = textIn(body, 'description', before?.description ?? '');
  const tags = body['tags'] === undefined ? (before?.tags ?? []) : tagsOf(body['tags']);
  const isNew = virtualHosts.put(name, description, tags);
  // who makes it may do everything in it
  if (isNew) permissions.put(call.user, name, rulesOfRegexes({ configure: '.*', write: '.*', read: '.*' }));
  return put(isNew);
}

function removeVirtualHost(call: Call): Reply {
  const name = existing(call);
  closeConnections(call.context, ({ virtualHost }) => virtualHost === name, `vhost '${name}' is deleted`);
  call.context.host.broker.deleteVirtualHost(name);
  return NO_CONTENT;
}

function limitsItem({ administration }: AdminContext, names: readonly string[]): Item[] {
  return names
    .map((vhost) => ({ vhost, value: administration.limits.of(vhost) }))
    .filter(({ value }) => Object.keys(value).length > 0);
}

function limitOf(call: Call): VirtualHostLimit {
  const name = call.parameter('limit');
  const limit = VIRTUAL_HOST_LIMITS.find((known) => known === name);
  if (limit !== undefined) return limit;
  throw badRequest(`Validation failed\n\nUnrecognised terms [{<<"${name}">>}] in limits\n`);
}

function setLimit(call: Call): Reply {
  const limit = limitOf(call);
  const { value } = call.body();
  if (!Number.isSafeInteger(value)) {
    throw badRequest(
      `Validation failed\n\n${limit} should be a number, actually was ${JSON.stringify(value ?? null)}\n`,
    );
  }
  call.context.administration.limits.set(existing(call), limit, value as number);
  return NO_CONTENT;
}

export const virtualHostRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/vhosts',
    needs: 'management',
    handle: (call) =>
      listing(
        call,
        visible(call),
        (name) => name,
        (name) => virtualHostItem(call.context, name),
      ),
  },
  {
    method: 'GET',
    path: '/api/vhosts/:vhost',
    needs: 'management',
    handle: (call) => {
      if (!call.has('monitoring')) call.virtualHost();
      return single(call, virtualHostItem(call.context, existing(call)));
    },
  },
  { method: 'PUT', path: '/api/vhosts/:vhost', needs: 'administrator', handle: putVirtualHost },
  { method: 'DELETE', path: '/api/vhosts/:vhost', needs: 'administrator', handle: removeVirtualHost },
  {
    method: 'POST',
    path: '/api/vhosts/:vhost/start/:node',
    needs: 'administrator',
    // a virtual host never stops by itself, so it has been started
    handle: (call) => {
      existing(call);
      return NO_CONTENT;
    },
  },
  {
    method: 'GET',
    path: '/api/vhost-limits',
    needs: 'management',
    handle: (call) => ok(limitsItem(call.context, visible(call))),
  },
  {
    method: 'GET',
    path: '/api/vhost-limits/:vhost',
    needs: 'management',
    handle: (call) => ok(limitsItem(call.context, [existing(call)])),
  },
  { method: 'PUT', path: '/api/vhost-limits/:vhost/:limit', needs: 'administrator', handle: setLimit },
  {
    method: 'DELETE',
    path: '/api/vhost-limits/:vhost/:limit',
    needs: 'administrator',
    handle: (call) => {
      call.context.administration.limits.set(existing(call), limitOf(call), undefined);
      return NO_CONTENT;
    },
  },
];
