import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const CHECKOUT = process.cwd();

interface Example {
  readonly what: string;
  readonly room: string;
  readonly source: string;
}

function example(what: string, room: string, source: string): Example {
  return { what, room, source: `${source}\n` };
}

const RIGHT = example(
  'a storage engine enters the core by its face',
  'storage',
  "import { BrokerError } from '../core/index.js';\nexport const allowed = new BrokerError('full', 'x');",
);

/** What is imported imports nothing itself, so that the complaint is about the wrong arrow and not about what follows. */
const REFUSED_BY_COMPILER = [
  example('the core imports a storage engine', 'core', "export * from '../storage/segment-log/u64.js';"),
  example('the core imports a protocol', 'core', "export * from '../protocols/amqp/reply-code.js';"),
  example('the core imports the server', 'core', "export * from '../server/nearest-name.js';"),
  example('the core reads files', 'core', "import { rm } from 'node:fs';\nexport const remove = rm;"),
  example('the core uses a Buffer', 'core', 'export const bytes = Buffer.alloc(1);'),
  example('the core sets a timer', 'core', 'export const timer = setTimeout(() => {}, 1);'),
  example('the bytes know the core', 'bytes', "export * from '../core/index.js';"),
  example('a protocol imports another one', 'protocols/amqp', "export * from '../kafka/error-code.js';"),
  example(
    'a protocol imports a storage engine',
    'protocols/kafka',
    "export * from '../../storage/segment-log/mutex.js';",
  ),
  example('a protocol imports the server', 'protocols/sqs', "export * from '../../server/option-error.js';"),
  example('a storage engine imports a protocol', 'storage', "export * from '../protocols/sqs/queue/queue-arn.js';"),
  example(
    'the operations room imports a protocol',
    'operations',
    "export * from '../protocols/sqs/queue/namespaces.js';",
  ),
  example('the server imports the command', 'server', "export * from '../cli/launcher-gone.js';"),
];

const REFUSED_BY_LINT = [
  example('the core asks for the time', 'core', 'export const now = (): number => Date.now();'),
  example('the core throws dice', 'core', 'export const dice = (): number => Math.random();'),
  example('the core makes a promise', 'core', 'export const later = Promise.resolve(1);'),
  example('the core has async code', 'core', 'export const later = async () => 1;'),
  example(
    'a protocol enters the core beside its face',
    'protocols/amqp',
    "import { BrokerError } from '../../core/broker-error.js';\nexport const beside = new BrokerError('full', 'x');",
  ),
  example(
    'a promise is lost',
    'storage',
    "import { rm } from 'node:fs/promises';\nexport const lose = (): void => {\n  rm('x');\n};",
  ),
];

/** The arrows between the rooms, as ARCHITECTURE.md draws them: each is broken once, and must not get through. */
describe('a wrong arrow', () => {
  let tree: string;

  // A copy, so that a broken file never lies in the checkout, where an editor or another build would meet it.
  before(() => {
    tree = mkdtempSync(join(tmpdir(), 'rosettamq-arrows-'));
    for (const name of readdirSync(CHECKOUT)) {
      const isConfiguration = /^(tsconfig.*|package|\.oxlintrc)\.json$/.test(name);
      if (isConfiguration || name === 'src' || name === 'dist') {
        cpSync(join(CHECKOUT, name), join(tree, name), { recursive: true, preserveTimestamps: true });
      }
    }
    symlinkSync(realpathSync(join(CHECKOUT, 'node_modules')), join(tree, 'node_modules'));
  });
  after(() => rmSync(tree, { recursive: true }));

  /** Runs a tool of the house once over all the examples; the answer is what it said of each. */
  function linesAbout(examples: readonly Example[], tool: readonly string[]): string[][] {
    const files = examples.map(({ room }, index) => `src/${room}/wrong-arrow-${index}.ts`);
    for (const [index, { source }] of examples.entries()) writeFileSync(join(tree, files[index]), source);
    try {
      const { stdout, stderr } = spawnSync(process.execPath, tool, { cwd: tree, encoding: 'utf8' });
      const lines = `${stdout}\n${stderr}`.split('\n');
      return files.map((file) => lines.filter((line) => line.startsWith(file)));
    } finally {
      for (const file of files) rmSync(join(tree, file));
    }
  }

  describe('does not compile', () => {
    let said: string[][];
    before(() => {
      said = linesAbout(
        [RIGHT, ...REFUSED_BY_COMPILER],
        ['node_modules/typescript/bin/tsc', '-b', 'src/cli', '--pretty', 'false'],
      );
    });
    it(`unless it is a right one: ${RIGHT.what}`, () => assert.deepEqual(said[0], []));
    for (const [index, { what }] of REFUSED_BY_COMPILER.entries()) {
      // The very refusal that is meant, not that a file is missing: 6307, it belongs to no project that this one may
      // see; 2591 and 2304, there is no such module or global here.
      it(`when ${what}`, () => assert.match(said[index + 1].join('\n'), /error TS(6307|2591|2304):/));
    }
  });

  describe('is found by lint', () => {
    let said: string[][];
    before(() => {
      const lint = ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--format', 'unix', 'src'];
      said = linesAbout([RIGHT, ...REFUSED_BY_LINT], lint);
    });
    it(`unless it is a right one: ${RIGHT.what}`, () => assert.deepEqual(said[0], []));
    for (const [index, { what }] of REFUSED_BY_LINT.entries()) {
      it(`when ${what}`, () => assert.equal(said[index + 1].length, 1, said[index + 1].join('\n')));
    }
  });
});
