import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OptionError } from './option-error.js';
import { environmentName, OPTION_KEYS, OPTIONS, optionName, optionOfName } from './options.js';
import { checkOptions, resolveOptions } from './resolve-options.js';

const NOTHING = { flags: new Map<string, string>(), environment: {}, configFile: undefined };

function says(sentence: RegExp) {
  return (error: unknown) => error instanceof OptionError && sentence.test(error.message);
}

describe('options', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rosettamq-options-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function file(name: string, content: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  it('have their defaults when nothing is set', async () => {
    const options = await resolveOptions(NOTHING);
    for (const key of OPTION_KEYS) assert.equal(options[key], OPTIONS[key].default, key);
  });

  it('have defaults that their own check lets pass', () => {
    for (const key of OPTION_KEYS) {
      const { default: value, parse } = OPTIONS[key];
      if (value !== undefined) assert.equal(parse(String(value)), value, key);
    }
  });

  it('are named in three ways from one key', () => {
    assert.equal(optionName('amqpPort'), 'amqp-port');
    assert.equal(environmentName('amqpPort'), 'ROSETTAMQ_AMQP_PORT');
    assert.equal(optionOfName('amqp-port'), 'amqpPort');
    assert.equal(optionOfName('amqpPort'), undefined);
  });

  it('go flag over environment over file over default', async () => {
    const configFile = await file('order.json', '{"amqp-port": 1, "kafka-port": 1, "sqs-port": 1}');
    const options = await resolveOptions({
      flags: new Map([['amqp-port', '3']]),
      environment: { ROSETTAMQ_AMQP_PORT: '2', ROSETTAMQ_KAFKA_PORT: '2' },
      configFile,
    });
    assert.deepEqual([options.amqpPort, options.kafkaPort, options.sqsPort, options.adminPort], [3, 2, 1, 15672]);
  });

  it('come from a TOML file too', async () => {
    const configFile = await file('all.toml', 'amqp-port = 0\nkafka-port = "off"\nhost = "::1"\n');
    const options = await resolveOptions({ ...NOTHING, configFile });
    assert.deepEqual([options.amqpPort, options.kafkaPort, options.host], [0, 'off', '::1']);
  });

  it('find the file by the environment, and the flag for it wins', async () => {
    const environment = { ROSETTAMQ_CONFIG: await file('by-environment.json', '{"host": "a"}') };
    assert.equal((await resolveOptions({ ...NOTHING, environment })).host, 'a');
    const configFile = await file('by-flag.json', '{"host": "b"}');
    assert.equal((await resolveOptions({ ...NOTHING, environment, configFile })).host, 'b');
  });

  it('take an empty environment variable for one that is not set', async () => {
    assert.equal((await resolveOptions({ ...NOTHING, environment: { ROSETTAMQ_HOST: '' } })).host, '127.0.0.1');
  });

  for (const [name, value] of [
    ['amqp-port', '65536'],
    ['amqp-port', '-1'],
    ['amqp-port', '5672x'],
    ['amqp-port', ''],
    ['durability', 'fsync'],
    ['storage', 'segment-log '],
    ['host', ''],
  ] as const) {
    it(`refuse ${name} = ${JSON.stringify(value)} in a sentence that names the flag`, async () => {
      const flags = new Map([[name, value]]);
      await assert.rejects(resolveOptions({ ...NOTHING, flags }), says(new RegExp(`^--${name} must .*\\.$`)));
    });
  }

  it('name the file and the nearest option for a key that nobody declared', async () => {
    const configFile = await file('unknown.json', '{"amqp_port": 1}');
    await assert.rejects(resolveOptions({ ...NOTHING, configFile }), says(/amqp_port; did you mean amqp-port\?/));
  });

  for (const [name, content, sentence] of [
    ['broken.json', '{"host": ', /is not valid JSON/],
    ['broken.toml', 'host = ', /is not valid TOML/],
    ['list.json', '[]', /must hold one object/],
    ['nested.json', '{"host": {}}', /^host in .* must be a text or a number/],
    ['null.json', '{"host": null}', /^host in .* must be a text or a number/],
  ] as const) {
    it(`refuse the file ${name}`, async () => {
      const configFile = await file(name, content);
      await assert.rejects(resolveOptions({ ...NOTHING, configFile }), says(sentence));
    });
  }

  it('say when the file does not exist', async () => {
    const configFile = join(folder, 'absent.json');
    await assert.rejects(resolveOptions({ ...NOTHING, configFile }), says(/absent\.json does not exist\.$/));
  });

  it('never repeat a password', async () => {
    const configFile = await file('password.json', '{"default-password": ["hunter2"]}');
    await assert.rejects(resolveOptions({ ...NOTHING, configFile }), (error) => !String(error).includes('hunter2'));
  });

  it('that a program passes are checked alike', () => {
    assert.equal(checkOptions({ amqpPort: 0, host: undefined }).amqpPort, 0);
    assert.throws(() => checkOptions({ amqpPort: 70_000 }), says(/^amqpPort must be a port/));
    assert.throws(() => checkOptions({ ['ampqPort' as 'amqpPort']: 0 }), says(/did you mean amqpPort\?/));
    assert.throws(() => checkOptions({ ['constructor' as 'host']: 'x' }), says(/no option of createBroker/));
  });
});
