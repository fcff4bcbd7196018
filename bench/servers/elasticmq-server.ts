import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../machine/free-port.js';
import { type Server, type ServerKind } from './server.js';
import { ServerProcess } from './server-process.js';

/** A folder with org.elasticmq:elasticmq-server_2.13 and what it depends on, as `mvn dependency:copy-dependencies` makes it. */
const jars = process.env['ELASTICMQ_JARS'];

/** ElasticMQ with its default settings, which keep messages in memory only. */
export const elasticmq: ServerKind = {
  contender: 'elasticmq',
  fronts: ['sqs'],

  unavailable() {
    if (jars === undefined) return 'ELASTICMQ_JARS names no folder';
    return existsSync(jars) ? undefined : `${jars} is not there`;
  },

  async start(dataFolder): Promise<Server> {
    const port = await freePort();
    mkdirSync(dataFolder, { recursive: true });
    const configFile = join(dataFolder, 'elasticmq.conf');
    writeFileSync(
      configFile,
      `include classpath("application.conf")
node-address { protocol = http, host = "127.0.0.1", port = ${port}, context-path = "" }
rest-sqs { enabled = true, bind-port = ${port}, bind-hostname = "127.0.0.1", sqs-limits = strict }
rest-stats { enabled = false }
`,
    );
    const child = await ServerProcess.start({
      command: 'java',
      args: [`-Dconfig.file=${configFile}`, '-cp', join(jars ?? '', '*'), 'org.elasticmq.server.Main'],
      env: process.env,
      readyLine: /=== ElasticMQ server .* started/,
      readyWithinMs: 120_000,
    });
    return {
      contender: 'elasticmq',
      pid: child.pid,
      dataFolder,
      startedInMs: child.startedInMs,
      port: (front) => {
        if (front !== 'sqs') throw new Error(`ElasticMQ has no ${front} front`);
        return port;
      },
      stop: () => child.stop(60_000),
    };
  },
};
