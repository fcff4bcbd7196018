import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Channel, type ChannelModel, connect, type ConsumeMessage, type Options } from 'amqplib';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { RunningCommand } from '../house/running-command.js';
import { freshName } from './broker-under-test.js';
import { RawClient } from './raw-client.js';

const stream: Options.AssertQueue = { durable: true, arguments: { 'x-queue-type': 'stream' } };
const dataDir = mkdtempSync(join(tmpdir(), 'rosettamq-stream-'));
/** How long nothing must come to be taken for nothing. */
const quietMs = 300;

function startCommand(): Promise<RunningCommand> {
  const fronts = ['--amqp-port', '0', '--kafka-port', '0', '--sqs-port', 'off', '--admin-port', 'off'];
  return new RunningCommand(process.execPath, ['dist/cli/main.js', '--data-dir', dataDir, ...fronts]).ready();
}

/** A stream queue, as amqplib and kafkajs meet it. */
describe('streams', () => {
  let command: RunningCommand;
  let connection: ChannelModel;
  let kafka: Kafka;

  async function open(): Promise<void> {
    command = await startCommand();
    connection = await connect(command.url('AMQP').replace('amqp://', 'amqp://guest:guest@'));
    const broker = command.url('Kafka').replace('kafka://', '');
    kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
  }
  before(open);
  after(async () => {
    await connection.close();
    await command.stop();
    rmSync(dataDir, { recursive: true });
  });

  async function publish(name: string, bodies: readonly string[]): Promise<void> {
    const channel = await connection.createConfirmChannel();
    for (const body of bodies) channel.sendToQueue(name, Buffer.from(body), { headers: { body } });
    await channel.waitForConfirms();
    await channel.close();
  }

  async function newStream(bodies: readonly string[] = []): Promise<string> {
    const name = freshName('stream');
    const channel = await connection.createChannel();
    await channel.assertQueue(name, stream);
    await channel.close();
    await publish(name, bodies);
    return name;
  }

  async function send(topic: string, messages: { key?: string; value: string; timestamp?: string }[]): Promise<void> {
    const producer = kafka.producer();
    await producer.connect();
    const sent = messages.map((message) => ({ ...message, headers: { colour: 'blue' } }));
    await producer.send({ topic, compression: CompressionTypes.GZIP, messages: sent });
    await producer.disconnect();
  }

  /** Messages as they come to a consumer that acknowledges each. */
  async function reading(
    name: string,
    offset: unknown,
    settle: (channel: Channel, message: ConsumeMessage) => void = (channel, message) => channel.ack(message),
    prefetch = 50,
    filter: Record<string, unknown> = {},
  ) {
    const channel = await connection.createChannel();
    await channel.prefetch(prefetch);
    const messages: ConsumeMessage[] = [];
    let cancelled = false;
    let notify = (): void => {};
    const { consumerTag } = await channel.consume(
      name,
      (message) => {
        if (message === null) cancelled = true;
        else {
          messages.push(message);
          settle(channel, message);
        }
        notify();
      },
      { arguments: offset === undefined ? filter : { 'x-stream-offset': offset, ...filter } },
    );
    const until = async (done: () => boolean): Promise<void> => {
      while (!done()) {
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
    };
    return {
      channel,
      messages,
      consumerTag,
      bodies: () => messages.map(({ content }) => content.toString()),
      offsets: () => messages.map(({ properties }) => properties.headers?.['x-stream-offset'] as number),
      count: (count: number) => until(() => messages.length >= count),
      cancelled: () => until(() => cancelled),
    };
  }

  const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  const bodiesOf = (from: number, to: number): string[] => numbers(from, to).map((n) => `m${n}`);

  it('gives a consumer with a filter just the messages that are marked so, and goes on past the others', async () => {
    const name = await newStream();
    const channel = await connection.createConfirmChannel();
    const marks = ['berlin', 'paris', undefined];
    for (let index = 0; index < 300; index++) {
      const mark = marks[index % 3];
      const headers = mark === undefined ? {} : { 'x-stream-filter-value': mark };
      channel.sendToQueue(name, Buffer.from(String(index)), { headers });
    }
    await channel.waitForConfirms();
    await channel.close();
    const every = (...rests: number[]) =>
      numbers(0, 300)
        .filter((index) => rests.includes(index % 3))
        .map(String);
    // fewer at a time than lie between two that are wanted
    const cases: [Record<string, unknown>, string[]][] = [
      [{ 'x-stream-filter': 'paris' }, every(1)],
      [{ 'x-stream-filter': ['paris', 'berlin'] }, every(0, 1)],
      [{ 'x-stream-filter': 'paris', 'x-stream-match-unfiltered': true }, every(1, 2)],
    ];
    for (const [filter, expected] of cases) {
      const reader = await reading(name, 'first', undefined, 1, filter);
      await reader.count(expected.length);
      assert.deepEqual(reader.bodies(), expected);
      await reader.channel.close();
    }
    const none = await reading(name, 'first', undefined, 5, { 'x-stream-filter': 'oslo' });
    await delay(quietMs);
    assert.deepEqual(none.bodies(), []);
    await none.channel.close();
  });

  describe('with 1,000 confirmed messages', () => {
    let name: string;
    before(async () => {
      name = await newStream(bodiesOf(0, 1000));
    });

    for (const [offset, from] of [
      ['first', 0],
      ['last', 999],
      [990, 990],
      [-1, 0],
      ['1h', 0],
    ] as const) {
      it(`begins at ${from} when asked for ${offset}, and goes to the end`, async () => {
        const reader = await reading(name, offset);
        await reader.count(1000 - from);
        assert.deepEqual(reader.bodies(), bodiesOf(from, 1000));
        assert.deepEqual(reader.offsets(), numbers(from, 1000));
        assert.deepEqual(reader.messages[0]?.properties.headers, { body: `m${from}`, 'x-stream-offset': from });
        assert.ok(reader.messages.every(({ fields }) => !fields.redelivered && fields.routingKey === name));
        await reader.channel.close();
      });
    }

    it('counts them, and has none of the ways of a queue that takes messages away', async () => {
      const refused = async (call: (channel: Channel) => Promise<unknown>): Promise<string> => {
        const other = await connect(command.url('AMQP').replace('amqp://', 'amqp://guest:guest@'));
        const errors: Error[] = [];
        other.on('error', (error: Error) => errors.push(error));
        const channel = await other.createChannel();
        channel.on('error', (error: Error) => errors.push(error));
        await assert.rejects(call(channel));
        await other.close().catch(() => undefined);
        return errors[0]?.message.replace(/^.*with message /, '') ?? '';
      };
      const consuming =
        (options: Options.Consume, prefetch = 10) =>
        async (channel: Channel) => {
          if (prefetch > 0) await channel.prefetch(prefetch);
          await channel.consume(name, () => undefined, options);
        };
      const resource = `queue '${name}' in vhost '/'`;
      const channel = await connection.createChannel();
      assert.equal((await channel.checkQueue(name)).messageCount, 1000);
      await channel.close();
      assert.deepEqual(
        [
          await refused((to) => to.get(name)),
          await refused((to) => to.purgeQueue(name)),
          await refused(consuming({}, 0)),
          await refused(consuming({ noAck: true })),
          await refused(consuming({ arguments: { 'x-stream-filter': 7 } })),
          await refused(consuming({ arguments: { 'x-stream-offset': '5' } })),
        ],
        [
          `"NOT_IMPLEMENTED - basic.get not supported by stream queues ${resource}"`,
          `"NOT_IMPLEMENTED - queue.purge not supported by stream queues ${resource}"`,
          `"PRECONDITION_FAILED - consumer prefetch count is not set for '${resource}'"`,
          `"NOT_IMPLEMENTED - automatic acknowledgement not supported by stream queues ${resource}"`,
          `"PRECONDITION_FAILED - invalid arg 'x-stream-filter' for ${resource}: {unacceptable_type,byte}"`,
          `"PRECONDITION_FAILED - invalid arg 'x-stream-offset' for ${resource}: {invalid_stream_offset_arg,{longstr,<<"5">>}}"`,
        ],
      );
    });

    it('is replayed by a Kafka client', async () => {
      const consumer = kafka.consumer({ groupId: freshName('g'), maxWaitTimeInMs: 100 });
      await consumer.connect();
      await consumer.subscribe({ topic: name, fromBeginning: true });
      const read: string[] = [];
      await new Promise<void>((resolve, reject) => {
        consumer
          .run({
            eachMessage: ({ message }) => {
              if (read.push(`${message.offset} ${String(message.value)}`) === 1000) resolve();
              return Promise.resolve();
            },
          })
          .catch(reject);
      });
      await consumer.disconnect();
      assert.deepEqual(
        read,
        numbers(0, 1000).map((n) => `${n} m${n}`),
      );
    });
  });

  it('gives what comes next, and nothing older, to a consumer that asks for no offset', async () => {
    const name = await newStream(['old']);
    const reader = await reading(name, undefined);
    await delay(quietMs);
    assert.deepEqual(reader.bodies(), []);
    await publish(name, ['new']);
    await reader.count(1);
    assert.deepEqual([reader.bodies(), reader.offsets()], [['new'], [1]]);
    await reader.channel.close();
  });

  it('waits for an offset that is not there yet', async () => {
    const name = await newStream(['0']);
    const reader = await reading(name, 2);
    await publish(name, ['1', '2', '3']);
    await reader.count(2);
    assert.deepEqual(reader.bodies(), ['2', '3']);
    await reader.channel.close();
  });

  it('lets every consumer read for itself, as fast as it acknowledges', async () => {
    const name = await newStream(bodiesOf(0, 20));
    const slow = await reading(name, 'first', () => undefined, 2);
    const fast = await reading(name, 'first');
    await fast.count(20);
    await delay(quietMs);
    assert.deepEqual(slow.bodies(), ['m0', 'm1']);
    assert.equal((await fast.channel.checkQueue(name)).consumerCount, 2);
    slow.channel.ackAll();
    await slow.count(4);
    await slow.channel.close();
    await fast.channel.cancel(fast.consumerTag);
    assert.equal((await fast.channel.checkQueue(name)).consumerCount, 0);
    await fast.channel.close();
  });

  it('goes on after a nack and a reject: the record stays where it is', async () => {
    const name = await newStream(bodiesOf(0, 6));
    const reader = await reading(name, 'first', (channel, message) => channel.nack(message, false, true), 1);
    await reader.count(6);
    await delay(quietMs);
    assert.deepEqual(reader.offsets(), numbers(0, 6));
    await reader.channel.close();
    const rejecting = await reading(name, 'first', (channel, message) => channel.reject(message, false), 1);
    await rejecting.count(6);
    await rejecting.channel.close();
  });

  it('finds the very record for a timestamp, inside a compressed batch of a Kafka client', async () => {
    const name = await newStream();
    const seconds = Math.floor(Date.now() / 1000) - 100;
    const at = (n: number) => ({ key: `k${n}`, value: `v${n}`, timestamp: String((seconds + n) * 1000) });
    await send(name, numbers(0, 10).map(at));
    const reader = await reading(name, { '!': 'timestamp', value: seconds + 4 });
    await reader.count(6);
    assert.deepEqual(reader.offsets(), numbers(4, 10));
    const { properties, fields } = reader.messages[0]!;
    assert.deepEqual(properties.headers, { colour: 'blue', 'x-partition-key': 'k4', 'x-stream-offset': 4 });
    assert.deepEqual([fields.exchange, fields.routingKey, properties.timestamp], ['', 'k4', seconds + 4]);
    await reader.channel.close();
  });

  it('forgets a consumer that is cancelled while its place is looked for', async () => {
    const name = await newStream(['a']);
    const client = await RawClient.open(command.url('AMQP').replace('amqp://', 'amqp://guest:guest@'));
    await client.call(1, 'BasicQos', { prefetchCount: 5 });
    const offset = { 'x-stream-offset': { '!': 'timestamp', value: 1 } };
    client.socket.cork();
    client.send(1, 'BasicConsume', { queue: name, consumerTag: 'c', arguments: offset });
    client.send(1, 'BasicCancel', { consumerTag: 'c' });
    client.socket.uncork();
    await client.next('BasicConsumeOk');
    await client.next('BasicCancelOk');
    await publish(name, ['b']);
    const passive = { queue: name, passive: true, arguments: {} };
    assert.equal(await client.call(1, 'QueueDeclare', passive), `QueueDeclareOk@1 ${name} 2 0`);
    client.end();
  });

  it('shows of transactions what was committed', async () => {
    const name = await newStream(['before']);
    const reader = await reading(name, 'first');
    const producer = kafka.producer({ transactionalId: freshName('tx'), maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const [value, end] of [
      ['dropped', 'abort'],
      ['kept', 'commit'],
      ['dropped too', 'abort'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: name, messages: [{ value }] });
      await transaction[end]();
    }
    await producer.disconnect();
    await reader.count(2);
    await publish(name, ['after']);
    await reader.count(3);
    assert.deepEqual(reader.bodies(), ['before', 'kept', 'after']);
    await reader.channel.close();
  });

  it('is read by AMQP when Kafka made the topic, and ends its consumers when it is deleted', async () => {
    const name = freshName('topic');
    await send(name, [{ value: 'one' }]);
    const reader = await reading(name, 'first');
    await reader.count(1);
    assert.deepEqual(reader.bodies(), ['one']);
    await reader.channel.deleteQueue(name);
    await reader.cancelled();
    await reader.channel.close();
  });

  it('takes what an exchange routes to it', async () => {
    const name = await newStream();
    const exchange = freshName('x');
    const channel = await connection.createConfirmChannel();
    await channel.assertExchange(exchange, 'topic');
    await channel.bindQueue(name, exchange, 'a.*');
    channel.publish(exchange, 'a.b', Buffer.from('routed'));
    channel.publish(exchange, 'c', Buffer.from('lost'));
    await channel.waitForConfirms();
    const reader = await reading(name, 'first');
    await reader.count(1);
    const { content, fields } = reader.messages[0]!;
    assert.deepEqual([content.toString(), fields.exchange, fields.routingKey], ['routed', exchange, 'a.b']);
    assert.equal((await channel.checkQueue(name)).messageCount, 1);
    await channel.unbindQueue(name, exchange, 'a.*');
    await reader.channel.close();
    await channel.close();
  });

  it('refuses what RabbitMQ refuses of a stream', async () => {
    const name = freshName('refused');
    const age = freshName('age');
    const kept = { 'x-queue-type': 'stream', 'x-max-age': '7D', 'x-max-length-bytes': 1_000_000 };
    const channel = await connection.createChannel();
    await channel.assertQueue(age, { arguments: kept });
    await channel.assertQueue(age, { arguments: kept });
    await channel.close();
    const declare = async (queue: string, options: Options.AssertQueue): Promise<string> => {
      const other = await connection.createChannel();
      const closed = new Promise<Error>((resolve) => {
        other.on('error', resolve);
      });
      await assert.rejects(other.assertQueue(queue, options));
      return (await closed).message.replace(/^.*PRECONDITION_FAILED - /, '').replace(/"$/, '');
    };
    const streamWith = (args: object): Options.AssertQueue => ({ arguments: { 'x-queue-type': 'stream', ...args } });
    const resource = (queue: string) => `queue '${queue}' in vhost '/'`;
    assert.deepEqual(
      [
        await declare('', stream),
        await declare(name, { ...stream, durable: false }),
        await declare(name, { ...stream, exclusive: true }),
        await declare(name, { ...stream, autoDelete: true }),
        await declare(name, streamWith({ 'x-message-ttl': 5 })),
        await declare(name, streamWith({ 'x-max-age': '7Q' })),
        await declare(age, streamWith({ ...kept, 'x-max-age': '1D' })),
        await declare(age, { durable: true }),
      ],
      [
        'Cannot declare a server-named queue for type rabbit_stream_queue',
        `invalid property 'non-durable' for ${resource(name)}`,
        `invalid property 'exclusive-owner' for ${resource(name)}`,
        `invalid property 'auto-delete' for ${resource(name)}`,
        `invalid arg 'x-message-ttl' for ${resource(name)} of queue type rabbit_stream_queue`,
        `invalid arg 'x-max-age' for ${resource(name)}: invalid_max_age`,
        `inequivalent arg 'x-max-age' for ${resource(age)}: received '1D' but current is '7D'`,
        `inequivalent arg 'x-queue-type' for ${resource(age)}: received none but current is the value 'stream' of type 'longstr'`,
      ],
    );
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`is there after ${signal}, with every confirmed message`, async () => {
      const name = await newStream(bodiesOf(0, 100));
      connection.on('error', () => undefined);
      const gone = new Promise<void>((resolve) => {
        connection.on('close', () => resolve());
      });
      await command.stop(signal);
      await gone;
      await open();
      const channel = await connection.createChannel();
      assert.equal((await channel.assertQueue(name, stream)).messageCount, 100);
      await channel.close();
      const reader = await reading(name, 'first');
      await publish(name, ['m100']);
      await reader.count(101);
      assert.deepEqual(reader.bodies(), bodiesOf(0, 101));
      await reader.channel.close();
    });
  }
});
