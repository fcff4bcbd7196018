import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CtlError, EXIT } from './ctl-error.js';
import { NOTHING, type Output } from './output.js';
import type { Verb, VerbCall } from './verb.js';

/** So long a broker may take to start, as with rabbitmqctl. */
const STARTUP_MS = 300_000;
const ASK_AGAIN_MS = 100;

interface Overview {
  readonly node: string;
  readonly rabbitmq_version: string;
  readonly product_name: string;
  readonly product_version: string;
  readonly cluster_name: string;
  readonly object_totals: Readonly<Record<string, number>>;
  readonly listeners: readonly { readonly protocol: string; readonly ip_address: string; readonly port: number }[];
}

interface Node {
  readonly os_pid: string;
  readonly uptime: number;
  readonly mem_used: number;
  readonly disk_free: number;
}

async function status({ client }: VerbCall): Promise<Output> {
  const overview = (await client.expect('GET', 'overview')) as Overview;
  const [node] = (await client.expect('GET', 'nodes')) as [Node];
  const { object_totals: totals, listeners } = overview;
  return {
    lines: [
      'Runtime',
      '',
      `OS PID: ${node.os_pid}`,
      `Uptime (seconds): ${Math.floor(node.uptime / 1000)}`,
      `${overview.product_name} version: ${overview.product_version}`,
      `RabbitMQ version: ${overview.rabbitmq_version}`,
      `Node name: ${overview.node}`,
      `Cluster name: ${overview.cluster_name}`,
      '',
      'Memory',
      '',
      `Total memory used: ${node.mem_used} bytes`,
      '',
      'Free Disk Space',
      '',
      `Free disk space: ${node.disk_free} bytes`,
      '',
      'Totals',
      '',
      ...['connections', 'channels', 'queues', 'exchanges', 'consumers'].map((name) => `${name}: ${totals[name]}`),
      '',
      'Listeners',
      '',
      ...listeners.map(
        ({ protocol, ip_address: address, port }) => `Interface: ${address}, port: ${port}, protocol: ${protocol}`,
      ),
    ],
    json: { ...overview, ...node },
  };
}

/** Until the API answers, whoever asks. */
async function awaitStartup({ client, timeoutMs = STARTUP_MS }: VerbCall): Promise<Output> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      await client.ask('GET', 'whoami');
      return NOTHING;
    } catch (error) {
      if (performance.now() >= untilMs) {
        const text = `the broker did not start within ${timeoutMs / 1000} seconds: ${(error as Error).message}`;
        throw new CtlError(EXIT.unavailable, text);
      }
      await pause(ASK_AGAIN_MS);
    }
  }
}

async function exportDefinitions({ client, args }: VerbCall): Promise<Output> {
  const definitions = JSON.stringify(await client.expect('GET', 'definitions'));
  const [file] = args as [string];
  if (file === '-') return { lines: [definitions] };
  await writeFile(file, definitions).catch((error: Error) => {
    throw new CtlError(EXIT.data, `cannot write ${file}: ${error.message}`);
  });
  return NOTHING;
}

async function importDefinitions({ client, args, input }: VerbCall): Promise<Output> {
  const file = args[0] ?? '-';
  const text =
    file === '-'
      ? await input()
      : await readFile(file, 'utf8').catch((error: Error) => {
          throw new CtlError(EXIT.data, `cannot read ${file}: ${error.message}`);
        });
  await client.expect('POST', 'definitions', text);
  return NOTHING;
}

export const nodeVerbs: readonly Verb[] = [
  {
    name: 'status',
    usage: '',
    least: 0,
    most: 0,
    intro: ({ client }) => `Status of ${client.address.url} ...`,
    run: status,
  },
  {
    name: 'ping',
    usage: '',
    least: 0,
    most: 0,
    intro: ({ client }) => `Will ping ${client.address.url}.`,
    run: async ({ client }) => {
      await client.ask('GET', 'whoami');
      return { lines: ['Ping succeeded'], json: { result: 'ok' } };
    },
  },
  { name: 'await_startup', usage: '[--timeout <seconds>]', least: 0, most: 0, run: awaitStartup },
  {
    name: 'stop',
    usage: '',
    least: 0,
    most: 0,
    intro: ({ client }) => `Stopping the broker at ${client.address.url} ...`,
    run: async ({ client }) => {
      await client.expect('POST', 'stop');
      return NOTHING;
    },
  },
  {
    name: 'export_definitions',
    usage: '<file_path | "-">',
    least: 1,
    most: 1,
    // what goes to standard output must be the definitions alone
    intro: ({ args }) => (args[0] === '-' ? '' : `Exporting definitions in JSON to a file at "${args[0]}" ...`),
    run: exportDefinitions,
  },
  {
    name: 'import_definitions',
    usage: '[<file_path | "-">]',
    least: 0,
    most: 1,
    intro: ({ args }) =>
      `Importing definitions in JSON from ${args[0] === undefined ? 'standard input' : `"${args[0]}"`} ...`,
    run: importDefinitions,
  },
];
