import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BrokerUnderTest, startBrokerUnderTest } from '../broker-under-test.js';
import { situations } from './situations.js';
import { Stage } from './stage.js';

/** With AMQP_URL the broker there is the RabbitMQ whose answers these are. */
const referee = process.env['AMQP_URL'] !== undefined;

describe('the recorded answers of a RabbitMQ', () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(() => broker.stop());

  describe('situation by situation', { concurrency: 8 }, () => {
    for (const situation of situations) {
      const { id, about, rabbitmq, ours } = situation;
      it(`${id}: ${about}`, async () => {
        const stage = new Stage(broker.url, `~${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`);
        try {
          const seen = stage.plain(await situation.play(stage));
          assert.deepEqual(seen, referee ? rabbitmq : (ours ?? rabbitmq));
        } finally {
          stage.end();
        }
      });
    }
  });

  it('differ where a reason is given, and nowhere else', () => {
    for (const { id, rabbitmq, ours, why } of situations) {
      assert.equal(ours === undefined, why === undefined, id);
      if (ours !== undefined) assert.notDeepEqual(ours, rabbitmq, id);
    }
    assert.equal(new Set(situations.map(({ id }) => id)).size, situations.length);
  });
});
