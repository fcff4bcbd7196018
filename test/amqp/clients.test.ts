import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import amqp, { type Channel as AmqpChannel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { Connection } from 'rabbitmq-client';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';
import { RawClient } from './raw-client.js';

const python = process.env['PYTHON'] ?? 'python3';
const hasPika = spawnSync(python, ['-c', 'import pika']).status === 0;

/** Something that a test waits for. */
class Signal {
  give: () => void = () => {};
  readonly given = new Promise<void>((resolve) => {
    this.give = resolve;
  });
}

function firstMessage(channel: AmqpChannel, queue: string): Promise<ConsumeMessage | null> {
  return new Promise((resolve, reject) => {
    channel.consume(queue, resolve).catch(reject);
  });
}

/** Everyday programs, written with the libraries that people use. */
describe('AMQP clients', () => {
  let broker: BrokerUnderTest;
  let connection: ChannelModel;

  before(async () => {
    broker = await startBrokerUnderTest();
    connection = await amqp.connect(broker.url);
  });
  after(async () => {
    await connection.close();
    await broker.stop();
  });

  it('amqplib: work shared by two workers, each message done once and in order', async () => {
    const queue = freshName();
    const publisher = await connection.createConfirmChannel();
    await publisher.assertQueue(queue, { durable: true });
    const count = 1000;
    const done: number[] = [];
    const finished = new Signal();
    for (let worker = 0; worker < 2; worker++) {
      const channel = await connection.createChannel();
      await channel.prefetch(10);
      let last = -1;
      await channel.consume(queue, (message) => {
        if (message === null) return;
        const number = Number(message.content);
        assert.ok(number > last, `${number} after ${last}`);
        last = number;
        done.push(number);
        channel.ack(message);
        if (done.length === count) finished.give();
      });
    }
    for (let number = 0; number < count; number++) {
      publisher.sendToQueue(queue, Buffer.from(String(number)), { persistent: true });
    }
    await publisher.waitForConfirms();
    await finished.given;
    assert.deepEqual(
      done.toSorted((left, right) => left - right),
      Array.from({ length: count }, (_, index) => index),
    );
  });

  it('amqplib: a fan-out to subscribers that come and go', async () => {
    const exchange = freshName('x');
    const channel = await connection.createConfirmChannel();
    await channel.assertExchange(exchange, 'fanout', { durable: false, autoDelete: true });
    const subscribe = async (): Promise<{ received: string[]; leave: () => Promise<void> }> => {
      const received: string[] = [];
      const own = await connection.createChannel();
      const { queue } = await own.assertQueue('', { exclusive: true, autoDelete: true });
      await own.bindQueue(queue, exchange, '');
      await own.consume(queue, (message) => received.push(String(message?.content)), { noAck: true });
      return { received, leave: () => own.close() };
    };
    const [first, second] = [await subscribe(), await subscribe()];
    const say = async (text: string): Promise<void> => {
      channel.publish(exchange, '', Buffer.from(text));
      await channel.waitForConfirms();
    };
    await say('both');
    await second.leave();
    await say('one');
    await first.leave();
    assert.deepEqual(first.received, ['both', 'one']);
    assert.deepEqual(second.received, ['both']);
  });

  it('amqplib: bodies from nothing to megabytes', async () => {
    const queue = freshName();
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(queue);
    const sizes = [0, 1, 131_063, 131_064, 131_065, 1_000_000, 16 * 1024 * 1024];
    for (const size of sizes) channel.sendToQueue(queue, Buffer.alloc(size, size % 251), { persistent: true });
    await channel.waitForConfirms();
    for (const size of sizes) {
      const message = await channel.get(queue, { noAck: true });
      assert.ok(message !== false);
      assert.ok(message.content.equals(Buffer.alloc(size, size % 251)), `${size} bytes`);
    }
  });

  it('amqplib: a worker takes over what another had when it died', async () => {
    const queue = freshName();
    const setUp = await connection.createConfirmChannel();
    await setUp.assertQueue(queue);
    setUp.sendToQueue(queue, Buffer.from('precious'), { persistent: true });
    await setUp.waitForConfirms();
    const doomed = await RawClient.open(broker.url);
    doomed.send(1, 'BasicConsume', { queue, arguments: {} });
    await doomed.next('BasicConsumeOk');
    await doomed.next('BasicDeliver');
    doomed.end();

    const heir = await connection.createChannel();
    const message = await firstMessage(heir, queue);
    assert.deepEqual([String(message?.content), message?.fields.redelivered], ['precious', true]);
  });

  it('rabbitmq-client: publisher, consumer and remote calls', async () => {
    const rabbit = new Connection(broker.url);
    const exchange = freshName('x');
    const queue = freshName();
    const exchanges = [{ exchange, type: 'topic' }];
    const count = 20;
    const seen: number[] = [];
    const finished = new Signal();
    const consumer = rabbit.createConsumer(
      {
        queue,
        queueOptions: { durable: true },
        qos: { prefetchCount: 2 },
        exchanges,
        queueBindings: [{ exchange, routingKey: 'users.*' }],
      },
      async (message) => {
        seen.push((message.body as { id: number }).id);
        if (seen.length === count) finished.give();
      },
    );
    await once(consumer, 'ready');
    const publisher = rabbit.createPublisher({ confirm: true, exchanges });
    for (let id = 0; id < count; id++) await publisher.send({ exchange, routingKey: 'users.visit' }, { id });
    await finished.given;
    assert.deepEqual(
      seen,
      Array.from({ length: count }, (_, id) => id),
    );

    const server = rabbit.createConsumer({ queue: `${queue}-calls` }, async (request, reply) => {
      await reply(`pong ${String(request.body)}`);
    });
    await once(server, 'ready');
    const caller = rabbit.createRPCClient({ confirm: true });
    assert.equal((await caller.send(`${queue}-calls`, 'ping')).body, 'pong ping');
    for (const part of [caller, server, publisher, consumer]) await part.close();
    await rabbit.close();
  });

  it('pika: a program in Python', { skip: hasPika ? false : 'pika is not installed' }, async () => {
    const { stdout } = await promisify(execFile)(python, ['-c', pikaProgram, broker.url, freshName()], {
      timeout: 60_000,
    });
    assert.equal(stdout.trim(), 'returned; 50 in order; 404; HELLO');
  });
});

const pikaProgram = `
import sys, pika
url, name = sys.argv[1:]
said = []
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
channel.confirm_delivery()
queue = channel.queue_declare('', exclusive=True).method.queue
channel.exchange_declare(name, 'topic', auto_delete=True)
channel.queue_bind(queue, name, 'a.#')
try: channel.basic_publish('', name + '-nowhere', b'x', mandatory=True)
except pika.exceptions.UnroutableError: said.append('returned')
for number in range(50):
    channel.basic_publish(name, 'a.b', str(number).encode(), pika.BasicProperties(delivery_mode=2, headers={'n': number}))
channel.basic_qos(prefetch_count=7)
numbers = []
for method, properties, body in channel.consume(queue, inactivity_timeout=10):
    assert int(body) == properties.headers['n']
    numbers.append(int(body))
    channel.basic_ack(method.delivery_tag)
    if len(numbers) == 50: break
assert numbers == list(range(50)), numbers
channel.cancel()
said.append('50 in order')
try: channel.queue_declare(name + '-missing', passive=True)
except pika.exceptions.ChannelClosedByBroker as error: said.append(str(error.reply_code))
channel = connection.channel()
channel.queue_declare(name + '-calls', auto_delete=True)
def serve(served, method, properties, body):
    served.basic_publish('', properties.reply_to, body.upper())
channel.basic_consume(name + '-calls', serve, auto_ack=True)
def answer(asked, method, properties, body):
    said.append(body.decode())
    asked.stop_consuming()
channel.basic_consume('amq.rabbitmq.reply-to', answer, auto_ack=True)
channel.basic_publish('', name + '-calls', b'hello', pika.BasicProperties(reply_to='amq.rabbitmq.reply-to'))
channel.start_consuming()
connection.close()
print('; '.join(said))
`;
