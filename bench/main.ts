import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { amqpSuite } from './amqp/amqp-suite.js';
import { type CommandLine, readCommandLine, usage } from './command-line.js';
import { diskSuite } from './disk-suite.js';
import { kafkaSuite } from './kafka/kafka-suite.js';
import { describeMachine, formatMachine } from './machine/machine-description.js';
import { memorySuite } from './memory/memory-suite.js';
import { judge } from './report/judgement.js';
import { Ledger } from './report/ledger.js';
import { summariseProfiles } from './report/profile-summary.js';
import { summarise, summariseConditions } from './report/summary.js';
import { sqsSuite } from './sqs/sqs-suite.js';
import type { Suite } from './suite.js';
import { targets } from './targets.js';

const suites: readonly Suite[] = [diskSuite, amqpSuite, kafkaSuite, sqsSuite, memorySuite];

async function run({ suites: names, settings, jsonFile }: CommandLine, chosen: readonly Suite[]): Promise<boolean> {
  mkdirSync(settings.dataRoot, { recursive: true });
  const machine = describeMachine(settings.dataRoot);
  process.stdout.write(`${formatMachine(machine)}\n`);
  const ledger = new Ledger((line) => process.stdout.write(`${line}\n`));
  const startedAt = new Date();
  try {
    for (const suite of chosen) await suite.run(settings, ledger);
  } finally {
    rmSync(settings.dataRoot, { recursive: true, force: true });
  }
  process.stdout.write(`\n${summarise(ledger, targets)}\n\n${summariseConditions(ledger)}\n`);
  if (settings.profileFolder !== undefined) process.stdout.write(`\n${summariseProfiles(settings.profileFolder)}\n`);
  for (const skipped of ledger.skipped) process.stdout.write(`skipped ${skipped}\n`);
  for (const failure of ledger.failures) process.stdout.write(`FAILED ${failure}\n`);
  if (jsonFile !== undefined) {
    const { figures, conditions, failures, skipped } = ledger;
    const judgements = targets.map((target) => judge(ledger, target)).filter(({ measured }) => !Number.isNaN(measured));
    const report = { machine, startedAt, names, settings, figures, conditions, judgements, failures, skipped };
    writeFileSync(jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return ledger.failures.length === 0;
}

try {
  const commandLine = readCommandLine(process.argv.slice(2));
  const unknown = commandLine.suites.filter((name) => suites.every((suite) => suite.name !== name));
  if (unknown.length > 0) throw new Error(`no suite ${unknown.join(', ')}`);
  const chosen = suites.filter(({ name }) => commandLine.suites.length === 0 || commandLine.suites.includes(name));
  if (!(await run(commandLine, chosen))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  process.exitCode = 2;
}
