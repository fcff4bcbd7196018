import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { createBroker, type EmbeddedBroker } from 'rosettamq';
import { SAMPLES } from './rows.js';
import { translationPage } from './table.js';
import { Clients, type View } from './views.js';

const PAGE = new URL('../../../docs/translation.md', import.meta.url);

describe('A message in another dialect', () => {
  let broker: EmbeddedBroker;
  let clients: Clients;

  before(async () => {
    broker = await createBroker({ storage: 'memory', amqpPort: 0, kafkaPort: 0, sqsPort: 0, adminPort: 'off' });
    clients = await Clients.connect(broker);
  });
  after(async () => {
    await clients.close();
    await broker.close();
  });

  for (const [index, sample] of SAMPLES.entries()) {
    it(sample.title, async () => {
      const queue = `sample-${index}`;
      await clients.declare(queue);
      // One for each of the two readers that work messages off; the third reads the first by its offset.
      await sample.send(clients, queue);
      await sample.send(clients, queue);
      const views = {
        amqp: await clients.viewAmqp(queue),
        sqs: await clients.viewSqs(queue),
        kafka: await clients.viewKafka(queue, 0),
      };
      for (const row of sample.rows) {
        for (const dialect of ['amqp', 'sqs', 'kafka'] as const) {
          check(views[dialect], row[dialect].replaceAll('QUEUE', queue), `${row.property}, read with ${dialect}`);
        }
      }
    });
  }

  it('is described in docs/translation.md as it is', async () => {
    const page = translationPage();
    if (process.env['ROSETTAMQ_WRITE_DOCS'] === '1') await writeFile(PAGE, page);
    assert.equal(await readFile(PAGE, 'utf8'), page);
  });
});

function check(view: View, expected: string, message: string): void {
  if (expected === '-') return;
  const at = expected.indexOf(' = ');
  assert.equal(view.get(expected.slice(0, at)), expected.slice(at + 3), message);
}
