import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { type BrokerUnderTest, startBrokerUnderTest } from '../broker-under-test.js';
import { npmFolder } from './npm-folder.js';
import { outputOf } from './output-of.js';

const SCRIPT = fileURLToPath(new URL('../../../../test/amqp/frameworks/nestjs-task.cjs', import.meta.url));
const folder = npmFolder('nestjs', {
  '@nestjs/common': '11.2.6',
  '@nestjs/core': '11.2.6',
  '@nestjs/microservices': '11.2.6',
  'amqp-connection-manager': '5.0.0',
  amqplib: '0.10.9',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
});

describe('NestJS', { skip: 'unavailable' in folder ? folder.unavailable : false }, () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(() => broker.stop());

  it('answers requests by direct reply-to, and takes an event that came back to the queue', async () => {
    const { path } = folder as { path: string };
    const output = await outputOf(process.execPath, [SCRIPT], { cwd: path, env: { AMQP_URL: broker.url } });
    assert.deepEqual(JSON.parse(output), { totals: [3, 12, 0], event: { id: 7, redelivered: true } });
  });
});
