import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../machine/free-port.js';
import { type Server, type ServerKind } from './server.js';
import { ServerProcess } from './server-process.js';

/** Where Debian's package puts the script that starts the server as the user who calls it. */
const script = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/**
 * RabbitMQ as Debian packages it: a private node without plugins, on ports of its own, with its default settings
 * otherwise. Its durable classic queues do not sync before they confirm.
 */
export const rabbitmq: ServerKind = {
  contender: 'rabbitmq',
  fronts: ['amqp'],

  unavailable() {
    return existsSync(script) ? undefined : `${script} is not installed`;
  },

  async start(dataFolder): Promise<Server> {
    const [amqpPort, distributionPort, mapperPort] = [await freePort(), await freePort(), await freePort()];
    mkdirSync(dataFolder, { recursive: true });
    const configFile = join(dataFolder, 'rabbitmq.conf');
    writeFileSync(
      configFile,
      `listeners.tcp.1 = 127.0.0.1:${amqpPort}\nlog.console = true\nlog.console.level = info\n`,
    );
    const pluginsFile = join(dataFolder, 'enabled_plugins');
    writeFileSync(pluginsFile, '[].\n');
    const mapper = await startPortMapper(mapperPort);
    const child = await ServerProcess.start({
      command: script,
      args: [],
      env: {
        ...process.env,
        HOME: dataFolder,
        // Makes the script become the server instead of keeping a shell in front of it, so that the pid is the server's.
        RUNNING_UNDER_SYSTEMD: 'true',
        RABBITMQ_NODENAME: 'bench@localhost',
        RABBITMQ_MNESIA_BASE: join(dataFolder, 'mnesia'),
        RABBITMQ_LOG_BASE: join(dataFolder, 'log'),
        RABBITMQ_CONFIG_FILE: configFile,
        RABBITMQ_CONF_ENV_FILE: join(dataFolder, 'no-such-file'),
        RABBITMQ_ENABLED_PLUGINS_FILE: pluginsFile,
        RABBITMQ_GENERATED_CONFIG_DIR: join(dataFolder, 'generated'),
        RABBITMQ_SCHEMA_DIR: join(dataFolder, 'schema'),
        RABBITMQ_DIST_PORT: String(distributionPort),
        ERL_EPMD_PORT: String(mapperPort),
        ERL_EPMD_ADDRESS: '127.0.0.1',
      },
      readyLine: /Server startup complete/,
      readyWithinMs: 600_000,
    }).catch((error: unknown) => {
      mapper.kill('SIGKILL');
      throw error;
    });
    return {
      contender: 'rabbitmq',
      pid: child.pid,
      dataFolder,
      startedInMs: child.startedInMs,
      port: (front) => {
        if (front !== 'amqp') throw new Error(`RabbitMQ has no ${front} front`);
        return amqpPort;
      },
      stop: async () => {
        try {
          await child.stop(300_000);
        } finally {
          mapper.kill('SIGKILL');
        }
      },
    };
  },
};

/** Erlang's name service, without which no node starts: one of our own, so that no daemon stays behind. */
async function startPortMapper(port: number): Promise<ChildProcess> {
  const mapper = spawn('epmd', ['-address', '127.0.0.1', '-port', String(port)], { stdio: 'ignore' });
  process.once('exit', () => mapper.kill('SIGKILL'));
  await once(mapper, 'spawn');
  return mapper;
}
