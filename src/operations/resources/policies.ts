import { BrokerError, type Declared, OPERATOR_POLICY, POLICY, type Policy, type PolicyKind } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { badRequest, notFound } from '../http/failure.js';
import { assertPresent, integerIn, tableIn, textIn } from '../http/fields.js';
import { type Item, listing, single } from '../http/listing.js';
import { NO_CONTENT, put, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';

export function policyItem({ virtualHost, name, pattern, applyTo, definition, priority }: Policy): Item {
  return { vhost: virtualHost, name, pattern, 'apply-to': applyTo, definition, priority };
}

/** True when it is new. @throws Failure 400 in RabbitMQ's words, as far as they do not speak Erlang */
export function putPolicy(
  { administration }: AdminContext,
  kind: PolicyKind,
  virtualHost: string,
  name: string,
  body: Declared,
): boolean {
  assertPresent(body, ['pattern', 'definition']);
  const policy: Policy = {
    virtualHost,
    name,
    pattern: textIn(body, 'pattern', ''),
    applyTo: textIn(body, 'apply-to', 'all'),
    priority: integerIn(body, 'priority', 0),
    definition: tableIn(body, 'definition'),
  };
  try {
    return administration.policies.put(kind, policy);
  } catch (error) {
    if (error instanceof BrokerError) throw badRequest(`Validation failed\n\n${error.message}\n`);
    throw error;
  }
}

function routesOf(kind: PolicyKind, path: string): Route[] {
  const list = (call: Call): Reply => {
    const hosts = call.virtualHosts();
    const policies = call.context.administration.policies
      .all(kind)
      .filter(({ virtualHost }) => hosts.includes(virtualHost));
    return listing(call, policies, ({ name }) => name, policyItem);
  };
  const existing = (call: Call): Policy => {
    const policy = call.context.administration.policies.get(kind, call.virtualHost(), call.parameter('name'));
    if (policy === undefined) throw notFound();
    return policy;
  };
  const changing = kind === POLICY ? 'policymaker' : 'administrator';
  return [
    { method: 'GET', path, needs: 'management', handle: list },
    { method: 'GET', path: `${path}/:vhost`, needs: 'management', handle: list },
    {
      method: 'GET',
      path: `${path}/:vhost/:name`,
      needs: 'management',
      handle: (call) => single(call, policyItem(existing(call))),
    },
    {
      method: 'PUT',
      path: `${path}/:vhost/:name`,
      needs: changing,
      handle: (call) => put(putPolicy(call.context, kind, call.virtualHost(), call.parameter('name'), call.body())),
    },
    {
      method: 'DELETE',
      path: `${path}/:vhost/:name`,
      needs: changing,
      handle: (call) => {
        const { virtualHost, name } = existing(call);
        call.context.administration.policies.remove(kind, virtualHost, name);
        return NO_CONTENT;
      },
    },
  ];
}

export const policyRoutes: readonly Route[] = [
  ...routesOf(POLICY, '/api/policies'),
  ...routesOf(OPERATOR_POLICY, '/api/operator-policies'),
];
