import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.js';
import { outcomesOf, type Suite, type TestOutcome } from './suite.js';

const REPORTER = fileURLToPath(new URL('test-list-reporter.js', import.meta.url));
/** Longer than the project's own, which a busy machine may exceed. */
const TEST_TIMEOUT_MS = 10_000;

export const amqplibSuite: Suite = {
  name: 'amqplib',
  repository: 'amqp-node/amqplib',
  covers: 'all its tests',
  prepare: (checkout) => {
    // a few of its tests make up their data with a library that is not among its dependencies
    const quietly = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    runCommand('npm', ['install', ...quietly, 'claire@0.4.1'], checkout);
  },
  run: (checkout, folder) => {
    const list = join(folder, 'tests.jsonl');
    const reporter = [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${list}`];
    const limits = ['--test-concurrency=1', `--test-timeout=${TEST_TIMEOUT_MS}`];
    runCommand(process.execPath, ['--test', ...limits, ...reporter], checkout);
    const lines = readFileSync(list, 'utf8').trimEnd().split('\n');
    return outcomesOf(lines.map((line) => JSON.parse(line) as [string, TestOutcome]));
  },
};
