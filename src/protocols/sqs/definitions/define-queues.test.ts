import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIALECT_SQS } from '../../../bytes/index.js';
import { FrontHarness } from '../front-harness.test.js';
import { ModelBroker } from '../model-broker.test.js';
import { SqsFront } from '../sqs-front.js';
import type { Definitions, DefinitionsTable } from './definitions.js';

const definitions = (table: DefinitionsTable): Definitions => ({
  read: () => Promise.resolve(table),
  refusal: (reason) => new Error(`refused: ${reason}`),
});

describe('queues of a definitions file', () => {
  const h = new FrontHarness();
  const redrive = { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 3 };
  h.runAround(new ModelBroker(), {
    definitions: definitions({
      sqs: {
        queues: [
          { name: 'work', attributes: { VisibilityTimeout: 5, RedrivePolicy: redrive }, tags: { team: 'a' } },
          { name: 'dead' },
          { name: 'order.fifo', attributes: { FifoQueue: true, ContentBasedDeduplication: 'true' } },
        ],
      },
      sns: { topics: [] },
    }),
  });

  it('are there with their attributes and tags when the front listens', async () => {
    const url = `${h.url}/000000000000/work`;
    assert.equal(await h.attribute(url, 'VisibilityTimeout'), '5');
    assert.equal(await h.attribute(url, 'RedrivePolicy'), JSON.stringify(redrive));
    assert.equal(await h.attribute(`${h.url}/000000000000/order.fifo`, 'ContentBasedDeduplication'), 'true');
    const { text } = await h.json('ListQueueTags', { QueueUrl: url });
    assert.deepEqual(JSON.parse(text), { Tags: { team: 'a' } });
  });

  it('take on what the file says when they are there already', async () => {
    const model = new ModelBroker();
    const start = async (queue: object): Promise<void> => {
      const table = { sqs: { queues: [queue] } };
      const front = new SqsFront({
        host: model.host,
        receiptKey: Buffer.alloc(32),
        translate: () => assert.fail(),
        definitions: definitions(table),
      });
      await front.listen(0, '127.0.0.1');
      await front.stop();
    };
    await start({ name: 'q', attributes: { VisibilityTimeout: 5, DelaySeconds: 1 } });
    await start({ name: 'q', attributes: { VisibilityTimeout: 6 } });
    const queue = model.queuesByName.get('q');
    assert.deepEqual(queue?.info.declaredBy.get(DIALECT_SQS)?.['attributes'], {
      VisibilityTimeout: '6',
      DelaySeconds: '1',
    });
  });

  for (const [what, table, message] of [
    ['no list', { sqs: { queues: {} } }, /refused: sqs has queues that are no list/],
    ['a queue without a name', { sqs: { queues: [{}] } }, /refused: queue 1 of sqs needs a name/],
    [
      'a misspelt field',
      { sqs: { queues: [{ name: 'a', attribute: {} }] } },
      /queue 1 of sqs \(a\) has a field that is not known: attribute/,
    ],
    [
      'an attribute out of range',
      { sqs: { queues: [{ name: 'a', attributes: { DelaySeconds: 901 } }] } },
      /queue 1 of sqs \(a\) cannot be had: Invalid value for the parameter DelaySeconds/,
    ],
    [
      'a name that is none',
      { sqs: { queues: [{ name: 'a b' }] } },
      /queue 1 of sqs \(a b\) cannot be had: Can only include/,
    ],
  ] as const) {
    it(`end the start with ${what}`, async () => {
      const front = new SqsFront({
        host: new ModelBroker().host,
        receiptKey: Buffer.alloc(32),
        translate: () => assert.fail(),
        definitions: definitions(table),
      });
      await assert.rejects(front.listen(0, '127.0.0.1'), message);
    });
  }
});
