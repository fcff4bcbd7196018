// Writes down what the broker answers and makes docs/compatibility.md of it. With --quick it asks the broker, but leaves
// out the tests of the clients, which take minutes, and keeps what they said the last time. With AMQP_URL in the environment it only
// writes down what the RabbitMQ there answers, for the next run to compare with: a fresh one, since the probes expect
// their names to be free. RABBITMQ_PLUGINS tells the page which plugins it has. With RABBITMQ_ADMIN_URL, user and password in it, the same
// is done with the requests of the admin API.
import { writeFile } from 'node:fs/promises';
import { RawClient } from '../amqp/raw-client.js';
import { AdminCaller } from '../operations/admin-caller.js';
import { adminProbes } from './admin-probes.js';
import { runAdminProbes } from './admin-session.js';
import { amqpProbes } from './amqp-probes.js';
import { runAmqpProbes } from './amqp-session.js';
import { clients, runClientTests } from './clients.js';
import { compatibilityPage } from './page.js';
import { probeBroker } from './probe-broker.js';
import {
  PAGE,
  readElasticmqAnswers,
  readRabbitmqAdminAnswers,
  readRabbitmqAnswers,
  readResults,
  writeElasticmqAnswers,
  writeRabbitmqAdminAnswers,
  writeRabbitmqAnswers,
  writeResults,
} from './results.js';
import { runSqsPoints } from './sqs-points.js';

const rabbitmqUrl = process.env['AMQP_URL'];
const rabbitmqAdminUrl = process.env['RABBITMQ_ADMIN_URL'];

const elasticmqUrl = process.env['ELASTICMQ_URL'];

if (rabbitmqAdminUrl !== undefined) {
  const answers = await runAdminProbes(rabbitmqAdminUrl, adminProbes);
  await writeRabbitmqAdminAnswers({ version: await adminVersionOf(rabbitmqAdminUrl), answers });
} else if (elasticmqUrl !== undefined) {
  const version = process.env['ELASTICMQ_VERSION'] ?? 'of unknown version';
  await writeElasticmqAnswers({ version, answers: await runSqsPoints(elasticmqUrl) });
} else if (rabbitmqUrl === undefined) {
  const probed = await probeBroker();
  const ran = process.argv.includes('--quick')
    ? (await readResults()).clients
    : Object.fromEntries(clients.map((client) => [client.name, runClientTests(client)]));
  await writeResults({ ...probed, clients: ran });
  const rabbitmq = await readRabbitmqAnswers();
  const rabbitmqAdmin = await readRabbitmqAdminAnswers();
  const elasticmq = await readElasticmqAnswers();
  await writeFile(PAGE, compatibilityPage(await readResults(), { rabbitmq, rabbitmqAdmin, elasticmq }));
} else {
  const [version, answers] = [await versionOf(rabbitmqUrl), await runAmqpProbes(rabbitmqUrl, amqpProbes)];
  await writeRabbitmqAnswers({ version, plugins: process.env['RABBITMQ_PLUGINS'] ?? 'not told', answers });
}

async function versionOf(url: string): Promise<string> {
  const client = await RawClient.dial(url);
  client.write(Buffer.from('AMQP\0\0\x09\x01'));
  const { fields } = await client.next('ConnectionStart');
  client.end();
  return String((fields['serverProperties'] as Record<string, unknown>)['version']);
}

async function adminVersionOf(url: string): Promise<string> {
  const { origin, username, password } = new URL(url);
  const overview = await new AdminCaller(origin, username, password).get<{ rabbitmq_version: string }>('overview');
  return overview.rabbitmq_version;
}
