import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../report/ledger.js';
import { freePort } from '../machine/free-port.js';
import { kafkaArguments, kafkaIsMissing } from './kafka-jars.js';
import type { Server, ServerKind } from './server.js';
import { ServerProcess } from './server-process.js';

/** Any one does; it names the cluster. */
const clusterId = 'cm9zZXR0YW1xLWJlbmNoMQ';

/** Apache Kafka as one node that is broker and controller, with its defaults: it does not sync before it answers. */
export const kafka: ServerKind = kafkaKind('kafka', []);

/** The same, told to sync every batch: what an acknowledgement promises is then the same as ours. */
export const kafkaSynced: ServerKind = kafkaKind('kafka synced', ['log.flush.interval.messages=1']);

function kafkaKind(contender: Contender, more: readonly string[]): ServerKind {
  return {
    contender,
    fronts: ['kafka'],
    unavailable: kafkaIsMissing,

    async start(dataFolder): Promise<Server> {
      const [port, controllerPort] = [await freePort(), await freePort()];
      mkdirSync(dataFolder, { recursive: true });
      const settings = join(dataFolder, 'server.properties');
      const logs = join(dataFolder, 'logs');
      writeFileSync(settings, properties(port, controllerPort, logs, more));
      if (!existsSync(logs)) {
        const format = ['format', '-t', clusterId, '-c', settings];
        execFileSync('java', kafkaArguments('256m', 'kafka.tools.StorageTool', ...format), { stdio: 'ignore' });
      }
      const child = await ServerProcess.start({
        command: 'java',
        args: kafkaArguments('1g', 'kafka.Kafka', settings),
        env: process.env,
        readyLine: /Kafka Server started/,
        readyWithinMs: 600_000,
      });
      return {
        contender,
        pid: child.pid,
        dataFolder,
        startedInMs: child.startedInMs,
        port: (front) => {
          if (front !== 'kafka') throw new Error(`Kafka has no ${front} front`);
          return port;
        },
        stop: () => child.stop(120_000),
      };
    },
  };
}

function properties(port: number, controllerPort: number, logs: string, more: readonly string[]): string {
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    `log.dirs=${logs}`,
    // The defaults want three brokers.
    'offsets.topic.replication.factor=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    ...more,
  ];
  return `${lines.join('\n')}\n`;
}
