import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { RunningCommand } from './running-command.js';

/** What stands in the README is what happens: its commands and programs run, and print what it says they print. */
describe('the README', () => {
  let data: string;
  let scratch: string;
  let broker: RunningCommand;
  const blocks = fencedBlocks(readFileSync('README.md', 'utf8'));

  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'rosettamq-readme-'));
    // Inside the checkout, because the programs import packages by name, this one too.
    scratch = join(process.cwd(), 'build/test/readme');
    mkdirSync(scratch, { recursive: true });
    const free = ['--amqp-port', '0', '--kafka-port', '0', '--sqs-port', '0', '--admin-port', '0'];
    broker = await new RunningCommand('npm', ['start', '--', '--data-dir', data, ...free]).ready();
  });
  after(async () => {
    await broker.stop();
    rmSync(scratch, { recursive: true });
    rmSync(data, { recursive: true });
  });

  it('shows what npm start prints', async () => {
    const shown = blocks.find(({ language }) => language === 'console')!.text.split('\n');
    assert.equal(shown.shift(), '$ npm start');
    const { stdout } = broker.output();
    // npm's own lines and a blank one stand in front of ours.
    const printed = stdout.slice(stdout.indexOf('AMQP')).trimEnd().split('\n');
    assert.deepEqual(shown.map(withoutValues), printed.map(withoutValues));
  });

  const programs = blocks.flatMap(({ language, text }, index) =>
    language === 'js' ? [{ program: text, printed: blocks[index + 1] }] : [],
  );

  for (const [index, { program, printed }] of programs.entries()) {
    it(`has a program no. ${index + 1} that prints what follows it`, async () => {
      assert.equal(printed.language, 'text');
      const file = join(scratch, `program-${index + 1}.mjs`);
      writeFileSync(
        file,
        program
          .replace('amqp://127.0.0.1:5672', broker.url('AMQP'))
          .replace('http://127.0.0.1:9324', broker.url('SQS'))
          .replace('127.0.0.1:9092', broker.url('Kafka').replace(/^\w+:\/\//, '')),
      );
      const { code, stdout, stderr } = await new RunningCommand(process.execPath, [file]).ended;
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trimEnd(), printed.text);
    });
  }
});

function fencedBlocks(markdown: string): { language: string; text: string }[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)].map(([, language, text]) => ({
    language: language,
    text: text,
  }));
}

/** Ports, the data directory and durations are different every time. */
function withoutValues(line: string): string {
  return line
    .replace(/:\d+$/, ':PORT')
    .replace(/^(Data +)\S+/, '$1DIR')
    .replace(/\d+ ms$/, 'N ms');
}
