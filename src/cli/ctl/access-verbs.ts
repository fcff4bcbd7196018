import { AdminClient } from './admin-client.js';
import { CtlError, EXIT } from './ctl-error.js';
import { NOTHING, type Output } from './output.js';
import { part, type Verb, type VerbCall } from './verb.js';

function noUser(name: string): CtlError {
  return new CtlError(EXIT.noUser, `User "${name}" does not exist`);
}

/** The last argument, or standard input without its last line break. */
async function password({ args, input }: VerbCall): Promise<string> {
  return args[1] ?? (await input()).replace(/\r?\n$/, '');
}

async function addUser(call: VerbCall): Promise<Output> {
  const [name] = call.args as [string];
  const path = `users/${part(name)}`;
  if ((await call.client.ask('GET', path)).status === 200) {
    throw new CtlError(EXIT.software, `User "${name}" already exists`);
  }
  await call.client.expect('PUT', path, { password: await password(call), tags: '' });
  const text =
    "Done. Don't forget to grant the user permissions to some virtual hosts! See 'rosettamq ctl help' to learn more.";
  return { remark: text };
}

async function changePassword(call: VerbCall): Promise<Output> {
  const [name] = call.args as [string];
  const path = `users/${part(name)}`;
  const user = await call.client.expect('GET', path, undefined, { 404: noUser(name) });
  const { tags } = user as { tags: readonly string[] };
  await call.client.expect('PUT', path, { password: await password(call), tags });
  return NOTHING;
}

async function authenticate(call: VerbCall): Promise<Output> {
  const [name] = call.args as [string];
  const { client } = call;
  const as = new AdminClient({ ...client.address, user: name, password: await password(call) });
  const { status, body } = await as.ask('GET', 'whoami');
  // who is known but may not see the API is known all the same
  if (status === 200 || (Object(body) as { error?: unknown }).error === 'not_authorised') {
    return { lines: ['Success'] };
  }
  throw new CtlError(EXIT.data, `Error: failed to authenticate user "${name}"`);
}

/** A user and a virtual host that may both be missing. */
async function assertThere({ client, virtualHost }: VerbCall, user: string): Promise<void> {
  if ((await client.ask('GET', `users/${part(user)}`)).status === 404) throw noUser(user);
  if ((await client.ask('GET', `vhosts/${part(virtualHost)}`)).status === 404) {
    throw new CtlError(EXIT.unavailable, `Virtual host ${virtualHost} does not exist`);
  }
}

export const accessVerbs: readonly Verb[] = [
  {
    name: 'add_user',
    usage: '<username> [<password>]',
    least: 1,
    most: 2,
    intro: ({ args }) => `Adding user "${args[0]}" ...`,
    run: addUser,
  },
  {
    name: 'delete_user',
    usage: '<username>',
    least: 1,
    most: 1,
    intro: ({ args }) => `Deleting user "${args[0]}" ...`,
    run: async ({ client, args }) => {
      await client.expect('DELETE', `users/${part(args[0]!)}`, undefined, { 404: noUser(args[0]!) });
      return NOTHING;
    },
  },
  {
    name: 'change_password',
    usage: '<username> [<password>]',
    least: 1,
    most: 2,
    intro: ({ args }) => `Changing password for user "${args[0]}" ...`,
    run: changePassword,
  },
  {
    name: 'authenticate_user',
    usage: '<username> [<password>]',
    least: 1,
    most: 2,
    intro: ({ args }) => `Authenticating user "${args[0]}" ...`,
    run: authenticate,
  },
  {
    name: 'set_user_tags',
    usage: '<username> [<tag> ...]',
    least: 1,
    most: Number.POSITIVE_INFINITY,
    intro: ({ args: [name, ...tags] }) => `Setting tags for user "${name}" to [${tags.join(', ')}] ...`,
    run: async ({ client, args: [name, ...tags] }) => {
      await client.expect('PUT', `users/${part(name!)}/tags`, { tags }, { 404: noUser(name!) });
      return NOTHING;
    },
  },
  {
    name: 'set_permissions',
    usage: '[--vhost <vhost>] <username> <conf> <write> <read>',
    least: 4,
    most: 4,
    intro: ({ args, virtualHost }) => `Setting permissions for user "${args[0]}" in vhost "${virtualHost}" ...`,
    run: async (call) => {
      const [user, configure, write, read] = call.args as [string, string, string, string];
      await assertThere(call, user);
      const body = { configure, write, read };
      await call.client.expect('PUT', `permissions/${part(call.virtualHost)}/${part(user)}`, body);
      return NOTHING;
    },
  },
  {
    name: 'clear_permissions',
    usage: '[--vhost <vhost>] <username>',
    least: 1,
    most: 1,
    intro: ({ args, virtualHost }) => `Clearing permissions for user "${args[0]}" in vhost "${virtualHost}" ...`,
    run: async (call) => {
      const [user] = call.args as [string];
      await assertThere(call, user);
      // what is not there is cleared
      await call.client.ask('DELETE', `permissions/${part(call.virtualHost)}/${part(user)}`);
      return NOTHING;
    },
  },
  {
    name: 'add_vhost',
    usage: '<vhost> [--description <text>] [--tags <tags>]',
    least: 1,
    most: 1,
    flags: ['description', 'tags'],
    intro: ({ args }) => `Adding vhost "${args[0]}" ...`,
    run: async ({ client, args, flags }) => {
      const [description, tags] = [flags.get('description'), flags.get('tags')];
      await client.expect('PUT', `vhosts/${part(args[0]!)}`, {
        ...(description !== undefined && { description }),
        ...(tags !== undefined && { tags }),
      });
      return NOTHING;
    },
  },
  {
    name: 'delete_vhost',
    usage: '<vhost>',
    least: 1,
    most: 1,
    intro: ({ args }) => `Deleting vhost "${args[0]}" ...`,
    run: async ({ client, args }) => {
      const missing = new CtlError(EXIT.data, `Virtual host '${args[0]}' does not exist`);
      await client.expect('DELETE', `vhosts/${part(args[0]!)}`, undefined, { 404: missing });
      return NOTHING;
    },
  },
];
