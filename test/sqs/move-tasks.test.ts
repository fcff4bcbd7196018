import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { type Answer, ask, forms, type Form, type Input, type Output } from './both-forms.js';
import { BrokerUnderTest } from './broker-under-test.js';

const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe('message move tasks', () => {
  const broker = new BrokerUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  const call = (form: Form, action: string, input: Input): Promise<Answer> => ask(broker.url, form, action, input);
  const json = async (action: string, input: Input): Promise<Output> => {
    const answer = await call('json', action, input);
    assert.equal(answer.status, 200, `${action}: ${answer.message}`);
    return answer.output;
  };
  const counts = async (name: string): Promise<string> =>
    (await json('GetQueueAttributes', { QueueUrl: name, AttributeNames: ['ApproximateNumberOfMessages'] })).Attributes
      .ApproximateNumberOfMessages;

  /** A dead-letter queue with so many messages that came from its source. */
  async function deadLetters(count: number, fifo = false): Promise<{ source: string; dead: string }> {
    const kind = fifo ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {};
    const dead = await broker.createQueue(kind);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn(dead), maxReceiveCount: 1 });
    const source = await broker.createQueue({ ...kind, RedrivePolicy, VisibilityTimeout: '0' });
    const group = fifo ? { MessageGroupId: 'g' } : {};
    for (let sent = 0; sent < count; sent += 1) {
      await json('SendMessage', { QueueUrl: source, MessageBody: `m${sent}`, ...group });
    }
    for (let tries = 0; tries < 100 && (await counts(dead)) !== String(count); tries += 1) {
      await json('ReceiveMessage', { QueueUrl: source, MaxNumberOfMessages: 10 });
    }
    assert.equal(await counts(dead), String(count));
    return { source, dead };
  }
  /** Asks until a task is over. */
  async function finished(form: Form, name: string): Promise<Output> {
    for (;;) {
      const { output } = await call(form, 'ListMessageMoveTasks', { SourceArn: arn(name) });
      if (!['RUNNING', 'CANCELLING'].includes(output.Results[0].Status)) return output.Results[0];
      await setTimeout(20);
    }
  }

  for (const form of forms) {
    it(`move everything back to where it came from (${form})`, async () => {
      const { source, dead } = await deadLetters(25);
      const { output } = await call(form, 'StartMessageMoveTask', { SourceArn: arn(dead) });
      assert.equal(typeof output.TaskHandle, 'string');
      const { StartedTimestamp, ...result } = await finished(form, dead);
      assert.ok(Math.abs(Number(StartedTimestamp) - Date.now()) < 60_000);
      assert.deepEqual(result, {
        Status: 'COMPLETED',
        SourceArn: arn(dead),
        ApproximateNumberOfMessagesMoved: '25',
        ApproximateNumberOfMessagesToMove: '25',
      });
      assert.deepEqual([await counts(source), await counts(dead)], ['25', '0']);
    });

    it(`move to the queue that they are told, under a limit, and can be cancelled (${form})`, async () => {
      const { dead } = await deadLetters(20);
      const other = await broker.createQueue();
      const { output } = await call(form, 'StartMessageMoveTask', {
        SourceArn: arn(dead),
        DestinationArn: arn(other),
        MaxNumberOfMessagesPerSecond: 10,
      });
      const second = await call(form, 'StartMessageMoveTask', { SourceArn: arn(dead) });
      assert.deepEqual([second.status, second.code], [400, 'AWS.SimpleQueueService.UnsupportedOperation']);
      while ((await counts(other)) === '0') await setTimeout(10);
      const [running] = (await call(form, 'ListMessageMoveTasks', { SourceArn: arn(dead) })).output.Results;
      assert.equal(running.Status, 'RUNNING');
      assert.equal(running.TaskHandle, output.TaskHandle);
      assert.equal(running.MaxNumberOfMessagesPerSecond, '10');
      const cancelled = await call(form, 'CancelMessageMoveTask', { TaskHandle: output.TaskHandle });
      assert.ok(Number(cancelled.output.ApproximateNumberOfMessagesMoved) >= 1);
      const result = await finished(form, dead);
      assert.equal(result.Status, 'CANCELLED');
      assert.equal(result.TaskHandle, undefined);
      assert.equal(result.ApproximateNumberOfMessagesMoved, await counts(other));
      assert.equal(Number(await counts(dead)) + Number(await counts(other)), 20);
      const again = await call(form, 'CancelMessageMoveTask', { TaskHandle: output.TaskHandle });
      assert.deepEqual([again.status, again.message], [400, 'Only active tasks can be cancelled.']);
    });

    it(`are refused with the service's errors (${form})`, async () => {
      const { dead } = await deadLetters(1);
      const plain = await broker.createQueue();
      const fifo = await broker.createQueue({ FifoQueue: 'true' });
      const refused = async (action: string, input: Input): Promise<readonly unknown[]> => {
        const { status, code, message } = await call(form, action, input);
        return [status, code, message];
      };
      assert.deepEqual(await refused('StartMessageMoveTask', { SourceArn: arn('nowhere') }), [
        404,
        'ResourceNotFoundException',
        "The resource that you specified for the SourceArn parameter doesn't exist.",
      ]);
      assert.deepEqual(await refused('StartMessageMoveTask', { SourceArn: arn(plain) }), [
        400,
        'InvalidParameterValue',
        'Source queue must be configured as a Dead Letter Queue.',
      ]);
      const wrongDestinations: readonly (readonly [string, number])[] = [
        [arn('nowhere'), 404],
        [arn(dead), 400],
        [arn(fifo), 400],
      ];
      for (const [DestinationArn, status] of wrongDestinations) {
        assert.equal((await refused('StartMessageMoveTask', { SourceArn: arn(dead), DestinationArn }))[0], status);
      }
      for (const MaxNumberOfMessagesPerSecond of [0, 501]) {
        const [status] = await refused('StartMessageMoveTask', { SourceArn: arn(dead), MaxNumberOfMessagesPerSecond });
        assert.equal(status, 400);
      }
      assert.equal((await refused('ListMessageMoveTasks', { SourceArn: arn(dead), MaxResults: 11 }))[0], 400);
      assert.equal((await refused('CancelMessageMoveTask', { TaskHandle: 'none' }))[1], 'InvalidParameterValue');
      const forged = Buffer.from(JSON.stringify({ taskId: 'x', sourceArn: arn(dead) })).toString('base64');
      assert.deepEqual(await refused('CancelMessageMoveTask', { TaskHandle: forged }), [
        404,
        'ResourceNotFoundException',
        'Task does not exist.',
      ]);
    });
  }

  it('make new messages of them, with ids and counts of their own', async () => {
    const { source, dead } = await deadLetters(1);
    const wanted = { MaxNumberOfMessages: 1, MessageSystemAttributeNames: ['All'], VisibilityTimeout: 0 };
    const [before] = (await json('ReceiveMessage', { QueueUrl: dead, ...wanted })).Messages;
    await json('StartMessageMoveTask', { SourceArn: arn(dead) });
    await finished('json', dead);
    const [after] = (await json('ReceiveMessage', { QueueUrl: source, ...wanted })).Messages;
    assert.equal(after.Body, before.Body);
    assert.notEqual(after.MessageId, before.MessageId);
    assert.equal(after.Attributes.ApproximateReceiveCount, '1');
    assert.equal(before.Attributes.DeadLetterQueueSourceArn, arn(source));
    assert.equal(after.Attributes.DeadLetterQueueSourceArn, undefined);
  });

  it('keep the order of FIFO messages, whose ids are still remembered where they came from', async () => {
    const { source, dead } = await deadLetters(12, true);
    await json('StartMessageMoveTask', { SourceArn: arn(dead) });
    assert.equal((await finished('json', dead)).ApproximateNumberOfMessagesMoved, '12');
    const { Messages } = await json('ReceiveMessage', {
      QueueUrl: source,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 9,
    });
    assert.deepEqual(
      Messages.map(({ Body }: Output) => Body),
      Array.from({ length: 10 }, (_, place) => `m${place}`),
    );
  });

  it('fail when the destination is gone, and leave the rest where it is', async () => {
    const { source, dead } = await deadLetters(3);
    const keeper = await broker.createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn(dead), maxReceiveCount: 1 });
    await json('SetQueueAttributes', { QueueUrl: keeper, Attributes: { RedrivePolicy } });
    await json('DeleteQueue', { QueueUrl: source });
    await json('StartMessageMoveTask', { SourceArn: arn(dead) });
    const result = await finished('json', dead);
    assert.equal(result.Status, 'FAILED');
    assert.equal(result.FailureReason, 'AWS.SimpleQueueService.NonExistentQueue');
    assert.equal(await counts(dead), '3');
  });

  for (const end of ['restart', 'crash'] as const) {
    it(`go on after a ${end}, and neither lose nor double anything`, async () => {
      const { dead } = await deadLetters(30);
      const other = await broker.createQueue();
      const input = { SourceArn: arn(dead), DestinationArn: arn(other), MaxNumberOfMessagesPerSecond: 40 };
      await json('StartMessageMoveTask', input);
      while (Number(await counts(other)) < 5) await setTimeout(5);
      await broker[end]();
      const result = await finished('json', dead);
      assert.equal(result.Status, 'COMPLETED');
      assert.equal(result.ApproximateNumberOfMessagesMoved, '30');
      assert.deepEqual([await counts(dead), await counts(other)], ['0', '30']);
    });
  }
});
