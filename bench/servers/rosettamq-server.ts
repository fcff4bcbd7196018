import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Front, type Server, type ServerKind } from './server.js';
import { ServerProcess } from './server-process.js';

const entry = fileURLToPath(new URL('../../../dist/bundle/main.js', import.meta.url));

const schemeOf: Record<Front, string> = { amqp: 'amqp', kafka: 'kafka', sqs: 'http' };

/** The broker itself, from this checkout's build, with the defaults that a user gets: every confirm waits for a sync. */
export const rosettamq: ServerKind = {
  contender: 'rosettamq',
  fronts: ['amqp', 'kafka', 'sqs'],

  unavailable() {
    return existsSync(entry) ? undefined : `${entry} is not built`;
  },

  async start(dataFolder, nodeArguments = []): Promise<Server> {
    const fronts = ['--amqp-port', '0', '--kafka-port', '0', '--sqs-port', '0', '--admin-port', 'off'];
    const child = await ServerProcess.start({
      command: process.execPath,
      args: [...nodeArguments, entry, '--data-dir', dataFolder, ...fronts],
      env: process.env,
      readyLine: /Server startup complete/,
      readyWithinMs: 600_000,
    });
    return {
      contender: 'rosettamq',
      pid: child.pid,
      dataFolder,
      startedInMs: child.startedInMs,
      port: (front) => portOf(child.lines, schemeOf[front]),
      stop: () => child.stop(120_000),
    };
  },
};

/** Finds `scheme://host:port` in what the broker printed when it came up. */
function portOf(lines: readonly string[], scheme: string): number {
  const url = new RegExp(`\\b${scheme}://[^\\s/]+:(\\d+)`);
  for (const line of lines) {
    const port = url.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`no ${scheme}:// address in the broker's start-up lines:\n${lines.join('\n')}`);
}
