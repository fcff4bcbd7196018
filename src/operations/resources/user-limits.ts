import { GLOBAL } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { badRequest, notFound } from '../http/failure.js';
import { NO_CONTENT, ok, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';

/** Limits of users are kept as parameters of this component, by user. */
const COMPONENT = 'user-limits';
const KNOWN = ['max-connections', 'max-channels'];

type Limits = Readonly<Record<string, number>>;

export function userLimits({ administration }: AdminContext, user: string): Limits {
  return (administration.parameters.get(GLOBAL, COMPONENT, user) ?? {}) as Limits;
}

/** @throws Failure 400 */
export function setUserLimits({ administration }: AdminContext, user: string, limits: Limits): void {
  const unknown = Object.keys(limits).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw badRequest(`Validation failed\n\nUnrecognised limit ${unknown}\n`);
  if (Object.keys(limits).length > 0) administration.parameters.put(GLOBAL, COMPONENT, user, limits);
  else administration.parameters.remove(GLOBAL, COMPONENT, user);
}

function existingUser(call: Call): string {
  const name = call.parameter('user');
  if (call.context.administration.users.get(name) === undefined) throw notFound();
  return name;
}

function list(call: Call, names: readonly string[]): Reply {
  const all = names.map((user) => ({ user, value: userLimits(call.context, user) }));
  return ok(all.filter(({ value }) => Object.keys(value).length > 0));
}

function change(call: Call, value: number | undefined): Reply {
  const user = existingUser(call);
  const name = call.parameter('limit');
  const others = Object.entries(userLimits(call.context, user)).filter(([known]) => known !== name);
  setUserLimits(call.context, user, Object.fromEntries(value === undefined ? others : [...others, [name, value]]));
  return NO_CONTENT;
}

function set(call: Call): Reply {
  const { value } = call.body();
  if (!Number.isSafeInteger(value)) throw badRequest(`${call.parameter('limit')} should be a number`);
  return change(call, value as number);
}

export const userLimitRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/user-limits',
    needs: 'administrator',
    handle: (call) =>
      list(
        call,
        Array.from(call.context.administration.users.all(), ({ name }) => name),
      ),
  },
  {
    method: 'GET',
    path: '/api/user-limits/:user',
    needs: 'administrator',
    handle: (call) => list(call, [existingUser(call)]),
  },
  { method: 'PUT', path: '/api/user-limits/:user/:limit', needs: 'administrator', handle: set },
  {
    method: 'DELETE',
    path: '/api/user-limits/:user/:limit',
    needs: 'administrator',
    handle: (call) => change(call, undefined),
  },
];
