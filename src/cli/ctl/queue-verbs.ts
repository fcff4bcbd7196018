import { CtlError, EXIT } from './ctl-error.js';
import { NOTHING } from './output.js';
import { part, type Verb } from './verb.js';

export const queueVerbs: readonly Verb[] = [
  {
    name: 'purge_queue',
    usage: '[--vhost <vhost>] <queue>',
    least: 1,
    most: 1,
    intro: ({ args, virtualHost }) => `Purging queue '${args[0]}' in vhost '${virtualHost}' ...`,
    run: async ({ client, args, virtualHost }) => {
      const missing = new CtlError(EXIT.unavailable, 'not_found');
      await client.expect('DELETE', `queues/${part(virtualHost)}/${part(args[0]!)}/contents`, undefined, {
        404: missing,
      });
      return NOTHING;
    },
  },
  {
    name: 'delete_queue',
    usage: '[--vhost <vhost>] <queue> [--if-empty true] [--if-unused true]',
    least: 1,
    most: 1,
    flags: ['if-empty', 'if-unused'],
    intro: ({ args, virtualHost }) => `Deleting queue '${args[0]}' on vhost '${virtualHost}' ...`,
    run: async ({ client, args, flags, virtualHost }) => {
      const path = `queues/${part(virtualHost)}/${part(args[0]!)}`;
      const missing = { 404: new CtlError(EXIT.usage, 'Queue not found') };
      const queue = await client.expect('GET', path, undefined, missing);
      const { messages_ready: ready } = queue as { messages_ready: number };
      const conditions = [...flags].map(([name, value]) => `${name}=${part(value)}`).join('&');
      await client.expect('DELETE', `${path}?${conditions}`, undefined, missing);
      return { remark: `Queue was successfully deleted with ${ready} ready messages` };
    },
  },
  {
    name: 'close_connection',
    usage: '<name> <explanation>',
    least: 2,
    most: 2,
    intro: ({ args }) => `Closing connection ${args[0]}, reason: ${args[1]}...`,
    run: async ({ client, args }) => {
      const missing = new CtlError(EXIT.unavailable, `there is no connection ${args[0]}`);
      const headers = { 'x-reason': args[1]! };
      await client.expect('DELETE', `connections/${part(args[0]!)}`, undefined, { 404: missing }, headers);
      return NOTHING;
    },
  },
  {
    name: 'close_all_connections',
    usage: '[--vhost <vhost>] <explanation>',
    least: 1,
    most: 1,
    intro: ({ args, virtualHost }) => `Closing all connections in vhost ${virtualHost} (reason: ${args[0]})...`,
    run: async ({ client, args, virtualHost }) => {
      const all = await client.expect('GET', `vhosts/${part(virtualHost)}/connections`);
      for (const { name } of all as readonly { name: string }[]) {
        await client.ask('DELETE', `connections/${part(name)}`, undefined, { 'x-reason': args[0]! });
      }
      return NOTHING;
    },
  },
];
