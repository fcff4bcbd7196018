// Runs a client's own tests against a fresh broker on the ports that they expect, and writes down what each of them said.
//   node build/test/suites/run-suite.js prepare|run FOLDER NAME CHECKOUT
// `prepare` fetches what the tests need into FOLDER, `run` needs no network.
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { RunningCommand } from '../house/running-command.js';
import type { Suite } from './suite.js';
import { countOf, readSuiteResult, writeSuiteResult } from './suite-result.js';
import { suites } from './suites.js';

/** On both loopback addresses, since some clients are tested with IPv6. */
const AMQP_ON_ALL_ADDRESSES = ['--host', '::', '--kafka-port', 'off', '--sqs-port', 'off'];

const [step, folder, name, checkout] = process.argv.slice(2);
const suite = suites.find((each) => each.name === name);
if (suite === undefined || folder === undefined || checkout === undefined) {
  console.error(`usage: npm run suite -- ${suites.map((each) => each.name).join('|')} CHECKOUT`);
  process.exit(2);
}
if (step === 'prepare') suite.prepare(resolve(checkout), folder);
else await runSuite(suite, resolve(checkout), folder);

async function runSuite(suite: Suite, checkout: string, folder: string): Promise<void> {
  const broker = new RunningCommand(process.execPath, [
    'dist/cli/main.js',
    ...['--data-dir', join(folder, 'data')],
    ...(suite.brokerOptions?.(folder) ?? AMQP_ON_ALL_ADDRESSES),
  ]);
  try {
    await broker.ready();
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: checkout, encoding: 'utf8' }).trim();
    writeSuiteResult(suite, commit, await suite.run(checkout, folder));
  } finally {
    await broker.stop();
  }
  const result = readSuiteResult(suite)!;
  console.log(
    `${suite.name} ${result.commit.slice(0, 10)}: ` +
      `${countOf(result, 'passed')} passed, ${countOf(result, 'failed')} failed, ${countOf(result, 'skipped')} skipped`,
  );
}
