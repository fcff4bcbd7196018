import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { type BrokerUnderTest, startBrokerUnderTest } from '../broker-under-test.js';
import { mavenFolder } from './maven-folder.js';
import { outputOf } from './output-of.js';

const PROGRAM = fileURLToPath(new URL('../../../../test/amqp/frameworks/SpringTask.java', import.meta.url));
const folder = mavenFolder('spring', ['org.springframework.amqp:spring-rabbit:3.2.12', 'org.slf4j:slf4j-nop:2.0.17']);

describe('Spring AMQP', { skip: 'unavailable' in folder ? folder.unavailable : false }, () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(() => broker.stop());

  it('declares, confirms, returns, listens, retries, dead-letters, answers requests and commits', async () => {
    const { classPath } = folder as { classPath: string };
    const output = await outputOf('java', ['--class-path', classPath, PROGRAM], { env: { AMQP_URL: broker.url } });
    assert.deepEqual(JSON.parse(output), {
      acked: true,
      lostAcked: true,
      returnCode: 312,
      took: true,
      badTimes: 2,
      reason: 'rejected',
      answer: 'HELLO',
      committed: 'committed',
      left: 0,
    });
  });
});
