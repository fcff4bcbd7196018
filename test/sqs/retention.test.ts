import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { forms } from './both-forms.js';
import { BrokerUnderTest } from './broker-under-test.js';
import { QueueInForm } from './queue-in-form.js';

/** The shortest retention that there is, ms, and how much later a message must be gone. */
const retentionMs = 60_000;
const slackMs = 3_000;

/** Takes a minute, so all that retention means is looked at in the same one. */
describe('retention', () => {
  const broker = new BrokerUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  it('ends messages for good, ready, held or delayed, also where there is a dead-letter queue', async () => {
    const dead = new QueueInForm(broker.url, 'json', await broker.createQueue());
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${dead.name}`,
      maxReceiveCount: 5,
    });
    const attributes = { MessageRetentionPeriod: '60', RedrivePolicy };
    const queues: QueueInForm[] = [];
    for (const form of forms) queues.push(new QueueInForm(broker.url, form, await broker.createQueue(attributes)));
    const endMs = performance.now() + retentionMs + slackMs;
    for (const q of queues) {
      await q.send('held');
      await q.receive({ VisibilityTimeout: 55 });
      await q.send('ready');
      await q.send('delayed', { DelaySeconds: 50 });
    }
    await setTimeout(30_000);
    for (const q of queues) assert.equal(await q.counts(), '1 1 1');
    await setTimeout(endMs - performance.now());
    for (const q of queues) {
      assert.equal(await q.counts(), '0 0 0');
      assert.deepEqual(await q.bodies(), []);
    }
    assert.equal(await dead.counts(), '0 0 0');
  });
});
