import { rulesOfRegexes } from '../../core/index.js';
import type { Call } from '../http/call.js';
import { badRequest, notFound } from '../http/failure.js';
import { assertPresent, textIn } from '../http/fields.js';
import { listing, single } from '../http/listing.js';
import { NO_CONTENT, ok, put, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { permissionItem, permissionsOf, type RegexGrant, topicPermissionsOf } from './permission-item.js';

/** A user and a virtual host of the path, which both must be there. @throws Failure 400 */
function target(call: Call): { user: string; virtualHost: string } {
  const { host, administration } = call.context;
  const user = call.parameter('user');
  const virtualHost = call.parameter('vhost');
  if (administration.users.get(user) === undefined || !host.broker.hasVirtualHost(virtualHost)) {
    throw badRequest('vhost_or_user_not_found');
  }
  return { user, virtualHost };
}

function find(call: Call): RegexGrant {
  const user = call.parameter('user');
  const virtualHost = call.parameter('vhost');
  const grant = permissionsOf(call.context).find((each) => each.user === user && each.virtualHost === virtualHost);
  if (grant === undefined) throw notFound();
  return grant;
}

function putPermission(call: Call): Reply {
  const body = call.body();
  const { user, virtualHost } = target(call);
  assertPresent(body, ['configure', 'write', 'read']);
  const { permissions } = call.context.administration;
  const isNew = permissions.rules(user, virtualHost) === undefined;
  const [configure, write, read] = ['configure', 'write', 'read'].map((key) => textIn(body, key, '')) as [
    string,
    string,
    string,
  ];
  permissions.put(user, virtualHost, rulesOfRegexes({ configure, write, read }));
  return put(isNew);
}

function removePermission(call: Call): Reply {
  const { user, virtualHost } = find(call);
  call.context.administration.permissions.remove(user, virtualHost);
  return NO_CONTENT;
}

function inVirtualHost(call: Call): string {
  const name = call.parameter('vhost');
  if (!call.context.host.broker.hasVirtualHost(name)) throw notFound();
  return name;
}

function putTopicPermission(call: Call): Reply {
  const body = call.body();
  const { user, virtualHost } = target(call);
  assertPresent(body, ['exchange', 'write', 'read']);
  const [exchange, write, read] = ['exchange', 'write', 'read'].map((key) => textIn(body, key, '')) as [
    string,
    string,
    string,
  ];
  return put(call.context.administration.topicPermissions.put({ user, virtualHost, exchange, write, read }));
}

function topicPermissionsOfUser(call: Call): Reply {
  const user = call.parameter('user');
  const virtualHost = call.parameter('vhost');
  const mine = topicPermissionsOf(call.context).filter((each) => each.user === user && each.vhost === virtualHost);
  if (mine.length === 0) throw notFound();
  return ok(mine);
}

function removeTopicPermissions(call: Call, exchange?: string): Reply {
  const { topicPermissions } = call.context.administration;
  if (!topicPermissions.remove(call.parameter('user'), call.parameter('vhost'), exchange)) throw notFound();
  return NO_CONTENT;
}

export const permissionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/permissions',
    needs: 'administrator',
    handle: (call) => listing(call, permissionsOf(call.context), ({ user }) => user, permissionItem),
  },
  {
    method: 'GET',
    path: '/api/permissions/:vhost/:user',
    needs: 'administrator',
    handle: (call) => single(call, permissionItem(find(call))),
  },
  { method: 'PUT', path: '/api/permissions/:vhost/:user', needs: 'administrator', handle: putPermission },
  { method: 'DELETE', path: '/api/permissions/:vhost/:user', needs: 'administrator', handle: removePermission },
  {
    method: 'GET',
    path: '/api/vhosts/:vhost/permissions',
    needs: 'administrator',
    handle: (call) => {
      const name = inVirtualHost(call);
      return ok(
        permissionsOf(call.context)
          .filter((each) => each.virtualHost === name)
          .map(permissionItem),
      );
    },
  },
  {
    method: 'GET',
    path: '/api/vhosts/:vhost/topic-permissions',
    needs: 'administrator',
    handle: (call) => {
      const name = inVirtualHost(call);
      return ok(topicPermissionsOf(call.context).filter(({ vhost }) => vhost === name));
    },
  },
  {
    method: 'GET',
    path: '/api/topic-permissions',
    needs: 'administrator',
    handle: (call) =>
      listing(
        call,
        topicPermissionsOf(call.context),
        ({ user }) => user,
        (item) => item,
      ),
  },
  {
    method: 'GET',
    path: '/api/topic-permissions/:vhost/:user',
    needs: 'administrator',
    handle: topicPermissionsOfUser,
  },
  { method: 'PUT', path: '/api/topic-permissions/:vhost/:user', needs: 'administrator', handle: putTopicPermission },
  {
    method: 'DELETE',
    path: '/api/topic-permissions/:vhost/:user',
    needs: 'administrator',
    handle: (call) => removeTopicPermissions(call),
  },
  {
    method: 'DELETE',
    path: '/api/topic-permissions/:vhost/:user/:exchange',
    needs: 'administrator',
    handle: (call) => removeTopicPermissions(call, call.parameter('exchange')),
  },
];
