import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import * as snsClient from '@aws-sdk/client-sns';
import * as sqsClient from '@aws-sdk/client-sqs';
import { methodNames } from '../amqp/raw-client.js';
import { adminProbes, nameOf } from './admin-probes.js';
import { amqpProbes } from './amqp-probes.js';
import { clients } from './clients.js';
import { kafkaApis } from './kafka-apis.js';
import { compatibilityPage, missingFields, shown } from './page.js';
import { probeBroker } from './probe-broker.js';
import {
  PAGE,
  type ProbeResults,
  type RabbitmqAdminAnswers,
  readRabbitmqAdminAnswers,
  readElasticmqAnswers,
  readRabbitmqAnswers,
  readResults,
  type RabbitmqAnswers,
  type Results,
} from './results.js';
import { snsActions, snsStrangers } from './sns-actions.js';
import { sqsActions, sqsStrangers } from './sqs-actions.js';

const STALE =
  'the broker answers otherwise than docs/compatibility.md says: run `npm run compatibility -- --quick`, and look at the diff';

describe('docs/compatibility.md', () => {
  let results: Results;
  let rabbitmq: RabbitmqAnswers;
  let rabbitmqAdmin: RabbitmqAdminAnswers;
  let seen: ProbeResults;

  before(async () => {
    [results, rabbitmq, seen] = [await readResults(), await readRabbitmqAnswers(), await probeBroker()];
    rabbitmqAdmin = await readRabbitmqAdminAnswers();
  });

  it('is what the results render to', async () => {
    assert.equal(
      await readFile(PAGE, 'utf8'),
      compatibilityPage(results, { rabbitmq, rabbitmqAdmin, elasticmq: await readElasticmqAnswers() }),
      'run `npm run compatibility`',
    );
  });

  it('shows what AMQP answers', () => assert.deepEqual(seen.amqp, results.amqp, STALE));
  it('shows what Kafka answers', () => assert.deepEqual(seen.kafka, results.kafka, STALE));
  it('shows what the admin API answers', () => assert.deepEqual(seen.admin, results.admin, STALE));
  it('shows how SQS answers where servers differ', () => assert.deepEqual(seen.sqsPoints, results.sqsPoints, STALE));
  it('shows what SQS answers', () => assert.deepEqual(seen.sqs, results.sqs, STALE));
  it('shows what SNS answers', () => assert.deepEqual(seen.sns, results.sns, STALE));

  it('shows the clients in the versions that are tested', () => {
    for (const client of clients) {
      if (client.package === undefined) continue;
      assert.equal(results.clients[client.name].version, client.version(), client.name);
    }
  });

  it('leaves out no client that a test uses', () => {
    const used = new Set<string>();
    for (const file of readdirSync('test', { recursive: true }) as string[]) {
      if (!file.endsWith('.ts')) continue;
      for (const [, name] of readFileSync(join('test', file), 'utf8').matchAll(
        /^(?:import|} from) .*?'([^'.]+)';$/gm,
      )) {
        if (!name.startsWith('node:') && name !== 'rosettamq') used.add(name);
      }
    }
    assert.deepEqual([...used].toSorted(), clients.flatMap((client) => client.package ?? []).toSorted());
  });

  it('asks for each action of the SDKs', () => {
    const commandsOf = (client: object) =>
      Object.keys(client)
        .flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? [])
        .toSorted();
    assert.deepEqual(
      sqsActions.map(({ name }) => name),
      commandsOf(sqsClient),
    );
    assert.deepEqual(
      snsActions.map(({ name }) => name),
      commandsOf(snsClient),
    );
  });

  it('shows or asks for each method of AMQP', () => {
    const told = JSON.stringify([results.amqp, amqpProbes.map(({ name }) => name)]);
    const silent = methodNames.filter((name) => !told.includes(name));
    assert.deepEqual(silent, []);
  });

  it('names every key that is advertised', () => {
    const known = new Set(kafkaApis.map(({ key }) => String(key)));
    assert.deepEqual(
      Object.keys(seen.kafka.advertised).filter((key) => !known.has(key)),
      [],
    );
  });

  it('gives the reason for what is otherwise or not there, and for nothing else', () => {
    const unexplained: string[] = [];
    for (const { name, why } of amqpProbes) {
      const same = results.amqp[name] === rabbitmq.answers[name];
      if (same ? why !== undefined && !why.startsWith('No effect') : why === undefined) unexplained.push(name);
    }
    for (const { key, name, goal, why } of kafkaApis) {
      const range = results.kafka.advertised[key];
      const short = range === undefined || (goal !== undefined && shown(range) !== goal);
      if (short !== (why !== undefined)) unexplained.push(name);
    }
    for (const { name, why } of [...sqsActions, ...sqsStrangers]) {
      const { json, query } = results.sqs[name];
      if ((json !== 'ok' || query !== 'ok') !== (why !== undefined)) unexplained.push(name);
    }
    for (const { name, why } of [...snsActions, ...snsStrangers]) {
      if ((results.sns[name] !== 'ok') !== (why !== undefined)) unexplained.push(name);
    }
    for (const probe of adminProbes) {
      const name = nameOf(probe);
      const same = results.admin[name].status === rabbitmqAdmin.answers[name].status;
      const less = missingFields(results.admin, rabbitmqAdmin.answers, name).length > 0;
      if ((!same || less) !== (probe.why !== undefined)) unexplained.push(name);
    }
    assert.deepEqual(unexplained, []);
  });
});
