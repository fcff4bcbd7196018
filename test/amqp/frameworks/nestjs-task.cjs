// A NestJS microservice over RabbitMQ's transport, and its client. Prints one line of JSON. Run in a folder with the packages.
const { createRequire } = require('node:module');
const path = require('node:path');

const load = createRequire(path.join(process.cwd(), 'package.json'));
load('reflect-metadata');
const { Controller, Module } = load('@nestjs/common');
const { NestFactory } = load('@nestjs/core');
const nest = load('@nestjs/microservices');
const { firstValueFrom, timeout } = load('rxjs');

const queue = {
  transport: nest.Transport.RMQ,
  options: { urls: [process.env.AMQP_URL], queue: 'nest', queueOptions: { durable: true }, persistent: true },
};
const consuming = { ...queue, options: { ...queue.options, noAck: false, prefetchCount: 5 } };
const limitMs = 15_000;

/** Called with an event when it was taken. */
let took;
const event = new Promise((resolve) => {
  took = resolve;
});

class Orders {
  total(numbers, context) {
    context.getChannelRef().ack(context.getMessage());
    return numbers.reduce((sum, number) => sum + number, 0);
  }

  /** Takes an event at its second coming. */
  placed(order, context) {
    const message = context.getMessage();
    const { redelivered } = message.fields;
    if (!redelivered) {
      context.getChannelRef().nack(message, false, true);
      return;
    }
    context.getChannelRef().ack(message);
    took({ ...order, redelivered });
  }
}

// oxlint-disable-next-line typescript/no-extraneous-class -- a module is a class, and this one has nothing of its own
class App {}

/** What decorators would say. */
function handles(method, pattern) {
  nest.Payload()(Orders.prototype, method, 0);
  nest.Ctx()(Orders.prototype, method, 1);
  pattern(Orders.prototype, method, Object.getOwnPropertyDescriptor(Orders.prototype, method));
}
handles('total', nest.MessagePattern('total'));
handles('placed', nest.EventPattern('placed'));
Controller()(Orders);
Module({ controllers: [Orders] })(App);

async function main() {
  const service = await NestFactory.createMicroservice(App, { ...consuming, logger: ['error', 'warn'] });
  await service.listen();
  const client = nest.ClientProxyFactory.create(queue);
  await client.connect();
  const ask = (numbers) => firstValueFrom(client.send('total', numbers).pipe(timeout(limitMs)));
  const totals = await Promise.all([[1, 2], [3, 4, 5], []].map(ask));
  await firstValueFrom(client.emit('placed', { id: 7 }), { defaultValue: undefined });
  const seen = await event;
  await client.close();
  await service.close();
  console.log(JSON.stringify({ totals, event: seen }));
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
