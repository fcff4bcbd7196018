import { type DeclaredValue, GLOBAL, OPERATOR_POLICY, type Parameter } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { badRequest, notFound } from '../http/failure.js';
import { assertPresent, tableIn, textIn } from '../http/fields.js';
import { type Item, listing, single } from '../http/listing.js';
import { NO_CONTENT, ok, put, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { putPolicy } from './policies.js';

/** Global parameters are those of this component without a virtual host. */
const GLOBAL_COMPONENT = 'global';
const LIMITS = 'vhost-limits';
const CLUSTER_NAME = 'cluster_name';

/** What RabbitMQ knows as parameters; policies and permissions, which are kept as such, have lists of their own. */
const COMPONENTS = [OPERATOR_POLICY, LIMITS];

export function listedParameters({ administration }: AdminContext): Parameter[] {
  return [...administration.parameters.all()].filter(({ component }) => isKnownComponent(component));
}

export function parameterItem({ virtualHost, component, name, value }: Parameter): Item {
  return { value, vhost: virtualHost, component, name };
}

/** Whether a parameter of that component means anything here: there is no federation and no shovel. */
export function isKnownComponent(component: string): boolean {
  return COMPONENTS.includes(component);
}

/** True when it is new. @throws Failure 400 for a component that means nothing here */
export function putParameter(context: AdminContext, parameter: Parameter): boolean {
  const { virtualHost, component, name, value } = parameter;
  if (component === OPERATOR_POLICY) {
    return putPolicy(context, OPERATOR_POLICY, virtualHost, name, value as Record<string, DeclaredValue>);
  }
  if (!isKnownComponent(component)) throw badRequest(`Validation failed\n\ncomponent ${component} not found\n`);
  return context.administration.parameters.put(virtualHost, component, name, tableIn({ value }, 'value'));
}

export function globalParameters({ administration }: AdminContext): { name: string; value: DeclaredValue }[] {
  return [...administration.parameters.all(GLOBAL_COMPONENT)].map(({ name, value }) => ({ name, value }));
}

export function putGlobalParameter({ administration }: AdminContext, name: string, value: DeclaredValue): boolean {
  return administration.parameters.put(GLOBAL, GLOBAL_COMPONENT, name, value);
}

/** As it was set, or else the node's name. */
export function clusterName({ administration, nodeName }: AdminContext): string {
  const name = administration.parameters.get(GLOBAL, GLOBAL_COMPONENT, CLUSTER_NAME);
  return typeof name === 'string' ? name : nodeName;
}

function list(call: Call, component?: string): Reply {
  const hosts = call.virtualHosts();
  const all = listedParameters(call.context).filter(
    (each) => hosts.includes(each.virtualHost) && (component === undefined || each.component === component),
  );
  return listing(call, all, ({ name }) => name, parameterItem);
}

function existing(call: Call): Parameter {
  const [component, name] = [call.parameter('component'), call.parameter('name')];
  const virtualHost = call.virtualHost();
  const value = call.context.administration.parameters.get(virtualHost, component, name);
  if (value === undefined || !isKnownComponent(component)) throw notFound();
  return { virtualHost, component, name, value };
}

function putOne(call: Call): Reply {
  const body = call.body();
  assertPresent(body, ['value']);
  const [component, name] = [call.parameter('component'), call.parameter('name')];
  const virtualHost = call.virtualHost();
  return put(putParameter(call.context, { virtualHost, component, name, value: body['value']! }));
}

function removeOne(call: Call): Reply {
  const { virtualHost, component, name } = existing(call);
  call.context.administration.parameters.remove(virtualHost, component, name);
  return NO_CONTENT;
}

function existingGlobal(call: Call): Item {
  const name = call.parameter('name');
  const found = globalParameters(call.context).find((each) => each.name === name);
  if (found === undefined) throw notFound();
  return found;
}

function putGlobal(call: Call): Reply {
  const body = call.body();
  assertPresent(body, ['value']);
  return put(putGlobalParameter(call.context, call.parameter('name'), body['value']!));
}

function removeGlobal(call: Call): Reply {
  existingGlobal(call);
  call.context.administration.parameters.remove(GLOBAL, GLOBAL_COMPONENT, call.parameter('name'));
  return NO_CONTENT;
}

function putClusterName(call: Call): Reply {
  const body = call.body();
  assertPresent(body, ['name']);
  putGlobalParameter(call.context, CLUSTER_NAME, textIn(body, 'name', ''));
  return NO_CONTENT;
}

export const parameterRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/parameters', needs: 'policymaker', handle: (call) => list(call) },
  {
    method: 'GET',
    path: '/api/parameters/:component',
    needs: 'policymaker',
    handle: (call) => list(call, call.parameter('component')),
  },
  {
    method: 'GET',
    path: '/api/parameters/:component/:vhost',
    needs: 'policymaker',
    handle: (call) => list(call, call.parameter('component')),
  },
  {
    method: 'GET',
    path: '/api/parameters/:component/:vhost/:name',
    needs: 'policymaker',
    handle: (call) => single(call, parameterItem(existing(call))),
  },
  { method: 'PUT', path: '/api/parameters/:component/:vhost/:name', needs: 'policymaker', handle: putOne },
  { method: 'DELETE', path: '/api/parameters/:component/:vhost/:name', needs: 'policymaker', handle: removeOne },
  {
    method: 'GET',
    path: '/api/global-parameters',
    needs: 'policymaker',
    handle: (call) =>
      listing(
        call,
        globalParameters(call.context),
        ({ name }) => name,
        (item) => ({ ...item }),
      ),
  },
  {
    method: 'GET',
    path: '/api/global-parameters/:name',
    needs: 'policymaker',
    handle: (call) => single(call, existingGlobal(call)),
  },
  { method: 'PUT', path: '/api/global-parameters/:name', needs: 'administrator', handle: putGlobal },
  { method: 'DELETE', path: '/api/global-parameters/:name', needs: 'administrator', handle: removeGlobal },
  {
    method: 'GET',
    path: '/api/cluster-name',
    needs: 'management',
    handle: (call) => ok({ name: clusterName(call.context) }),
  },
  { method: 'PUT', path: '/api/cluster-name', needs: 'administrator', handle: putClusterName },
];
