import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';
import { RawClient, show } from './raw-client.js';

/** A reproducible stream of numbers below `limit` (mulberry32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** Whatever a peer sends, it costs at most its own connection. */
describe('AMQP from hostile peers', () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(async () => {
    await broker.stop();
  });

  async function assertServing(): Promise<void> {
    const client = await RawClient.open(broker.url);
    const queue = freshName();
    client.send(1, 'QueueDeclare', { queue, exclusive: true, arguments: {} });
    await client.next('QueueDeclareOk');
    client.publish(1, { routingKey: queue }, 'still here');
    assert.equal(await client.call(1, 'BasicGet', { queue }), `BasicGetOk@1 1 false ${queue} 0 body=still here`);
    client.end();
  }

  it('survives random bytes instead of a greeting', async () => {
    const random = randomNumbers(1);
    for (let round = 0; round < 30; round++) {
      const client = await RawClient.dial(broker.url);
      client.write(Buffer.from(Array.from({ length: 1 + random(200) }, () => random(256))));
      client.end();
    }
    await assertServing();
  });

  it('survives random frames on open channels', async () => {
    const random = randomNumbers(2);
    for (let round = 0; round < 60; round++) {
      const client = await RawClient.open(broker.url);
      for (let frame = 0; frame < 5; frame++) {
        const payload = Buffer.from(Array.from({ length: random(60) }, () => random(256)));
        if (payload.length >= 4) {
          // mostly methods that exist, with arguments that make no sense
          payload.writeUInt16BE([10, 20, 40, 50, 60, 85, 90][random(7)], 0);
          payload.writeUInt16BE(10 * (1 + random(12)), 2);
        }
        client.frame(1 + random(4), random(3), payload, random(20) === 0 ? 0 : 0xce);
      }
      client.end();
    }
    await assertServing();
  });

  it('refuses headers that do not parse, at any depth, before they are stored', async () => {
    const nested = (depth: number): Buffer => {
      let table = Buffer.from([0, 0, 0, 3, 1, 0x61, 0x3f]); // a field of type '?'
      for (let level = 0; level < depth; level++) {
        const content = Buffer.concat([Buffer.from([1, 0x61, 0x46]), table]);
        table = Buffer.concat([Buffer.alloc(4), content]);
        table.writeUInt32BE(content.length, 0);
      }
      return table;
    };
    for (const depth of [0, 1, 5]) {
      const client = await RawClient.open(broker.url);
      client.send(1, 'BasicPublish', { exchange: '', routingKey: 'nowhere' });
      const head = Buffer.alloc(14);
      head.writeUInt16BE(60, 0);
      head.writeUInt16BE(0x2000, 12);
      client.frame(2, 1, Buffer.concat([head, nested(depth)]));
      assert.equal(show(await client.next()), 'ConnectionClose@0 SYNTAX_ERROR - unknown field type (60,40)');
      client.end();
    }
    await assertServing();
  });

  it('does not hold memory for bodies that are only announced', async () => {
    const client = await RawClient.open(broker.url);
    for (let channel = 2; channel < 1000; channel++) {
      client.send(channel, 'ChannelOpen');
      client.send(channel, 'BasicPublish', { exchange: '', routingKey: 'nowhere' });
      client.header(channel, 16 * 1024 * 1024);
    }
    for (let channel = 2; channel < 1000; channel++) await client.next('ChannelOpenOk');
    await assertServing();
    client.header(1, 0);
    assert.match(show(await client.next()), /^ConnectionClose@0 UNEXPECTED_FRAME/);
    client.end();
  });

  it('refuses a body that is larger than it may be as soon as it is announced', async () => {
    const client = await RawClient.open(broker.url);
    client.send(1, 'BasicPublish', { exchange: '', routingKey: 'nowhere' });
    client.header(1, 16 * 1024 * 1024 + 1);
    assert.equal(
      show(await client.next()),
      'ChannelClose@1 PRECONDITION_FAILED - message size 16777217 is larger than configured max size 16777216 (60,40)',
    );
    client.frame(3, 1, Buffer.from('dropped'));
    await client.reopen(1);
    assert.deepEqual(await client.settled(1), []);
    client.end();
  });
});
