import type { Credential, Declared, User } from '../../core/index.js';
import { isPasswordCredential, rabbitmqCredential, rabbitmqHash } from '../access/password-credential.js';
import { tagsOf } from '../access/tags.js';
import type { AdminContext } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { badRequest, Failure, notFound } from '../http/failure.js';
import { textIn } from '../http/fields.js';
import { type Item, listing, single } from '../http/listing.js';
import { NO_CONTENT, ok, put, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { closeConnections } from './connection-item.js';
import { permissionItem, permissionsOf, topicPermissionsOf } from './permission-item.js';
import { userLimits } from './user-limits.js';

const DEFAULT_ALGORITHM = 'rabbit_password_hashing_sha256';

export function userItem(context: AdminContext, { name, tags, credentials }: User): Item {
  const hash = credentials.map(rabbitmqHash).find((each) => each !== undefined);
  return {
    name,
    password_hash: hash?.hash ?? '',
    hashing_algorithm: hash?.algorithm ?? DEFAULT_ALGORITHM,
    tags,
    limits: userLimits(context, name),
  };
}

/**
 * The credentials of a user who is put: the password is replaced, everything else stays. Without a password nobody can
 * log in with one.
 * @throws Failure 400
 */
export async function credentialsFrom(
  context: AdminContext,
  name: string,
  fields: Declared,
): Promise<readonly Credential[]> {
  const others = (): Credential[] =>
    (context.administration.users.get(name)?.credentials ?? []).filter((each) => !isPasswordCredential(each));
  const { password, password_hash: hash } = fields;
  if (typeof password === 'string') {
    const credential = await context.passwordCredential(password);
    return [...others(), credential];
  }
  if (hash === undefined || hash === '') return others();
  const algorithm = textIn(fields, 'hashing_algorithm', DEFAULT_ALGORITHM);
  const credential = rabbitmqCredential(textIn(fields, 'password_hash', ''), algorithm);
  if (credential === undefined) throw badRequest(['not_base64', hash]);
  return [...others(), credential];
}

async function putUser(call: Call): Promise<Reply> {
  const body = call.body();
  if (body['tags'] === undefined) throw badRequest('tags_not_present');
  const name = call.parameter('user');
  const credentials = await credentialsFrom(call.context, name, body);
  call.context.host.enter();
  return put(call.context.administration.users.put(name, tagsOf(body['tags']), credentials));
}

function existing(call: Call): User {
  const user = call.context.administration.users.get(call.parameter('user'));
  if (user === undefined) throw notFound();
  return user;
}

/** With all that was said about the user. */
function removeUser(context: AdminContext, name: string): void {
  const { users, permissions, topicPermissions } = context.administration;
  closeConnections(context, ({ user }) => user === name, `user '${name}' is deleted`);
  users.delete(name);
  permissions.removeUser(name);
  topicPermissions.removeUser(name);
}

function deleteUser(call: Call): Reply {
  removeUser(call.context, existing(call).name);
  return NO_CONTENT;
}

function bulkDelete(call: Call): Reply {
  const { users } = call.body();
  if (!Array.isArray(users)) throw badRequest('[{key_missing,users}]');
  const names = users.map(String);
  const unknown = names.find((name) => call.context.administration.users.get(name) === undefined);
  if (unknown !== undefined) throw badRequest(['no_such_user', unknown]);
  for (const name of names) removeUser(call.context, name);
  return NO_CONTENT;
}

function list(call: Call, users: readonly User[]): Reply {
  return listing(
    call,
    users,
    ({ name }) => name,
    (user) => userItem(call.context, user),
  );
}

function allUsers(call: Call): User[] {
  return [...call.context.administration.users.all()];
}

function withoutPermissions(call: Call): Reply {
  const having = new Set(permissionsOf(call.context).map(({ user }) => user));
  return list(
    call,
    allUsers(call).filter(({ name }) => !having.has(name)),
  );
}

function whoAmI(call: Call): Reply {
  return ok({ name: call.user, tags: call.tags });
}

/** Beside RabbitMQ's paths: to change the tags alone, and leave every credential as it is. */
function putTags(call: Call): Reply {
  const { name, credentials } = existing(call);
  call.context.administration.users.put(name, tagsOf(call.body()['tags']), credentials);
  return NO_CONTENT;
}

/** What a hash of a password looks like, for definitions that are written by hand. */
async function hashPassword(call: Call): Promise<Reply> {
  const hash = rabbitmqHash(await call.context.passwordCredential(call.parameter('password')));
  if (hash === undefined) throw new Failure(400, 'bad_request', 'passwords are kept in a form that is no such hash');
  return ok({ ok: hash.hash });
}

export const userRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/whoami', needs: 'management', handle: whoAmI },
  { method: 'GET', path: '/api/users', needs: 'administrator', handle: (call) => list(call, allUsers(call)) },
  { method: 'GET', path: '/api/users/without-permissions', needs: 'administrator', handle: withoutPermissions },
  { method: 'POST', path: '/api/users/bulk-delete', needs: 'administrator', handle: bulkDelete },
  {
    method: 'GET',
    path: '/api/users/:user',
    needs: 'administrator',
    handle: (call) => single(call, userItem(call.context, existing(call))),
  },
  { method: 'PUT', path: '/api/users/:user', needs: 'administrator', handle: putUser },
  { method: 'PUT', path: '/api/users/:user/tags', needs: 'administrator', handle: putTags },
  { method: 'DELETE', path: '/api/users/:user', needs: 'administrator', handle: deleteUser },
  {
    method: 'GET',
    path: '/api/users/:user/permissions',
    needs: 'administrator',
    handle: (call) => {
      const { name } = existing(call);
      return ok(
        permissionsOf(call.context)
          .filter(({ user }) => user === name)
          .map(permissionItem),
      );
    },
  },
  {
    method: 'GET',
    path: '/api/users/:user/topic-permissions',
    needs: 'administrator',
    handle: (call) => {
      const { name } = existing(call);
      return ok(topicPermissionsOf(call.context).filter(({ user }) => user === name));
    },
  },
  { method: 'GET', path: '/api/auth/hash_password/:password', needs: 'administrator', handle: hashPassword },
];
