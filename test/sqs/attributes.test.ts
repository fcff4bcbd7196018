import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ask, forms, type Input } from './both-forms.js';
import { BrokerUnderTest } from './broker-under-test.js';
import { QueueInForm } from './queue-in-form.js';

const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'a', Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
});

/**
 * What a tool does that keeps infrastructure as it is written down: it creates a queue with all attributes, reads them back, compares, changes one, reads
 * again, and creates once more. Anything that does not come back as it was set is a difference for ever.
 */
for (const form of forms) {
  describe(`every attribute of a queue, written and read back (${form})`, () => {
    const broker = new BrokerUnderTest();
    before(() => broker.start());
    after(() => broker.stop());

    /** Attribute, first value, second value; what else must be there for it. */
    const standard: readonly (readonly [string, string, string])[] = [
      ['DelaySeconds', '5', '900'],
      ['MaximumMessageSize', '2048', '1048576'],
      ['MessageRetentionPeriod', '60', '1209600'],
      ['ReceiveMessageWaitTimeSeconds', '10', '20'],
      ['VisibilityTimeout', '0', '43200'],
      ['KmsMasterKeyId', 'alias/aws/sqs', 'alias/mine'],
      ['KmsDataKeyReusePeriodSeconds', '60', '86400'],
      ['Policy', policy, policy.replace('"a"', '"b"')],
      [
        'RedrivePolicy',
        `{"deadLetterTargetArn":"${arn('dead')}","maxReceiveCount":4}`,
        `{"deadLetterTargetArn":"${arn('dead')}","maxReceiveCount":"5"}`,
      ],
      [
        'RedriveAllowPolicy',
        '{"redrivePermission":"denyAll"}',
        `{"redrivePermission":"byQueue","sourceQueueArns":["${arn('any')}"]}`,
      ],
    ];
    const fifo: readonly (readonly [string, string, string])[] = [
      ...standard.filter(([name]) => name !== 'RedrivePolicy'),
      ['ContentBasedDeduplication', 'true', 'false'],
      ['DeduplicationScope', 'messageGroup', 'messageGroup'],
      ['FifoThroughputLimit', 'perMessageGroupId', 'perQueue'],
    ];

    for (const [kind, attributes] of [
      ['standard', standard],
      ['fifo', fifo],
    ] as const) {
      it(`of a ${kind} queue`, async () => {
        if (kind === 'standard') await ask(broker.url, form, 'CreateQueue', { QueueName: 'dead' });
        const QueueName = kind === 'fifo' ? 'all.fifo' : 'all';
        const wanted: Record<string, string> = Object.fromEntries(attributes.map(([name, first]) => [name, first]));
        if (kind === 'fifo') wanted['FifoQueue'] = 'true';
        const tags = { owner: 'terraform', 'with space': 'ä/:=+-@' };
        const create = (): Promise<Input> =>
          ask(broker.url, form, 'CreateQueue', { QueueName, Attributes: wanted, tags }).then(({ status, message }) => ({
            status,
            message: message ?? '',
          }));
        assert.deepEqual(await create(), { status: 200, message: '' });
        const q = new QueueInForm(broker.url, form, QueueName);
        const read = async (): Promise<Record<string, string>> => {
          const { Attributes } = await q.call('GetQueueAttributes', { AttributeNames: ['All'] });
          return Object.fromEntries(Object.keys(wanted).map((name) => [name, Attributes[name]]));
        };
        assert.deepEqual(await read(), wanted);
        assert.deepEqual((await q.call('ListQueueTags')).Tags, tags);
        assert.deepEqual(await create(), { status: 200, message: '' });
        for (const [name, , second] of attributes) {
          await q.call('SetQueueAttributes', { Attributes: { [name]: second } });
          wanted[name] = second;
          assert.deepEqual(await read(), wanted, name);
        }
        await broker.restart();
        const again = new QueueInForm(broker.url, form, QueueName);
        const { Attributes } = await again.call('GetQueueAttributes', { AttributeNames: ['All'] });
        for (const [name, value] of Object.entries(wanted)) assert.equal(Attributes[name], value, name);
        assert.deepEqual((await again.call('ListQueueTags')).Tags, tags);
      });
    }

    it('and removed again, where it can be', async () => {
      const q = new QueueInForm(broker.url, form, await broker.createQueue({ Policy: policy, KmsMasterKeyId: 'k' }));
      const names = ['Policy', 'KmsMasterKeyId', 'SqsManagedSseEnabled'];
      const read = async (): Promise<unknown> =>
        (await q.call('GetQueueAttributes', { AttributeNames: names })).Attributes;
      assert.deepEqual(await read(), { KmsMasterKeyId: 'k', Policy: policy, SqsManagedSseEnabled: 'false' });
      await q.call('SetQueueAttributes', { Attributes: { Policy: '', KmsMasterKeyId: '' } });
      assert.deepEqual(await read(), { SqsManagedSseEnabled: 'false' });
      await q.call('SetQueueAttributes', { Attributes: { SqsManagedSseEnabled: 'true' } });
      assert.deepEqual(await read(), { SqsManagedSseEnabled: 'true' });
      const both = { SqsManagedSseEnabled: 'true', KmsMasterKeyId: 'k' };
      assert.deepEqual((await q.refused('SetQueueAttributes', { Attributes: both })).slice(0, 2), [
        400,
        'InvalidAttributeName',
      ]);
    });

    const ranges: readonly (readonly [string, readonly string[]])[] = [
      ['DelaySeconds', ['-1', '901', 'x', '']],
      ['MaximumMessageSize', ['1023', '1048577']],
      ['MessageRetentionPeriod', ['59', '1209601']],
      ['ReceiveMessageWaitTimeSeconds', ['-1', '21']],
      ['VisibilityTimeout', ['-1', '43201']],
      ['KmsDataKeyReusePeriodSeconds', ['59', '86401']],
      ['SqsManagedSseEnabled', ['yes']],
      ['Policy', ['{']],
    ];
    for (const [name, values] of ranges) {
      it(`is refused out of its range: ${name}`, async () => {
        const q = new QueueInForm(broker.url, form, await broker.createQueue());
        for (const value of values) {
          const expected = [400, 'InvalidAttributeValue', `Invalid value for the parameter ${name}.`];
          assert.deepEqual(await q.refused('SetQueueAttributes', { Attributes: { [name]: value } }), expected, value);
        }
      });
    }

    it('is refused where it belongs to FIFO queues', async () => {
      const q = new QueueInForm(broker.url, form, await broker.createQueue());
      for (const [name, value, message] of [
        ['FifoQueue', 'false', 'Unknown Attribute FifoQueue.'],
        ['ContentBasedDeduplication', 'true', 'Unknown Attribute ContentBasedDeduplication.'],
        ['DeduplicationScope', 'queue', 'You can specify the DeduplicationScope only when FifoQueue is set to true.'],
        [
          'FifoThroughputLimit',
          'perQueue',
          'You can specify the FifoThroughputLimit only when FifoQueue is set to true.',
        ],
        ['Foobar', 'x', 'Unknown Attribute Foobar.'],
      ] as const) {
        const expected = [400, 'InvalidAttributeName', message];
        assert.deepEqual(await q.refused('SetQueueAttributes', { Attributes: { [name]: value } }), expected);
      }
    });
  });
}
