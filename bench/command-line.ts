import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunSettings } from './suite.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const usage = `npm run bench -- [suite ...] [options]

  suites           amqp kafka sqs memory disk (all when none is named)
  --quick          short runs and few of them: to see that all works, not to quote
  --rounds N       how often each server has its turn (5, quick 3)
  --seconds N      length of one run (5, quick 2)
  --only A,B10     only these shapes
  --backlog N      messages in the memory suite's queue (10,000,000, quick 200,000)
  --quiet N        before each turn wait for a quiet machine, N seconds at most (0)
  --json FILE      every figure of every round, and the conditions of each
  --data-root DIR  where servers keep their data (build/bench-data): a real disk
  --profile DIR    processor profiles of the broker, into a new folder; best with --only`;

export interface CommandLine {
  readonly suites: readonly string[];
  readonly jsonFile: string | undefined;
  readonly settings: RunSettings;
}

/** Reads the arguments; throws an error that tells people what is wrong with them. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      backlog: { type: 'string' },
      quiet: { type: 'string' },
      json: { type: 'string' },
      'data-root': { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const { quick } = values;
  return {
    suites: positionals,
    jsonFile: values.json,
    settings: {
      quick,
      rounds: positive('rounds', values.rounds, quick ? 3 : 5),
      runMs: positive('seconds', values.seconds, quick ? 2 : 5) * 1000,
      quietWithinMs: values.quiet === undefined ? 0 : positive('quiet', values.quiet, 0) * 1000,
      only: values.only?.toLowerCase().split(',') ?? [],
      backlog: values.backlog === undefined ? undefined : positive('backlog', values.backlog, 0),
      dataRoot: resolve(values['data-root'] ?? join(root, 'build', 'bench-data'), String(process.pid)),
      profileFolder: values.profile === undefined ? undefined : resolve(values.profile),
    },
  };
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} needs a number above 0, not ${text}`);
  return value;
}
