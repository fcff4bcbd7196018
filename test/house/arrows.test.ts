import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const CHECKOUT = process.cwd();

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

  /** Runs a tool of the house on the tree while `file` holds `source`. */
  function withFile(file: string, source: string, args: readonly string[]): { status: number | null; output: string } {
    writeFileSync(join(tree, file), source);
    try {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
      return { status, output: stdout + stderr };
    } finally {
      rmSync(join(tree, file));
    }
  }

  const compiled = (room: string, source: string) =>
    withFile(`src/${room}/wrong-arrow.ts`, source, ['node_modules/typescript/bin/tsc', '-b', `src/${room}`]);

  const linted = (room: string, source: string) => {
    const file = `src/${room}/wrong-arrow.ts`;
    return withFile(file, source, ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', file]);
  };

  const ALLOWED =
    "import { BrokerError } from '../core/index.js';\nexport const allowed = new BrokerError('full', 'x');\n";

  it('is the only thing the compiler refuses: a right one gets through', () => {
    const { status, output } = compiled('storage', ALLOWED);
    assert.equal(status, 0, output);
  });

  it('is the only thing lint refuses: a right one gets through', () => {
    const { status, output } = linted('storage', ALLOWED);
    assert.equal(status, 0, output);
  });

  for (const [what, room, source] of [
    ['the core imports a storage engine', 'core', "export * from '../storage/index.js';"],
    ['the core imports a protocol', 'core', "export * from '../protocols/amqp/index.js';"],
    ['the core imports the server', 'core', "export * from '../server/index.js';"],
    ['the core reads files', 'core', "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;"],
    ['the core uses a Buffer', 'core', 'export const bytes = Buffer.alloc(1);'],
    ['the core sets a timer', 'core', 'export const timer = setTimeout(() => {}, 1);'],
    ['the bytes know the core', 'bytes', "export * from '../core/index.js';"],
    ['a protocol imports another one', 'protocols/amqp', "export * from '../kafka/index.js';"],
    ['a protocol imports a storage engine', 'protocols/kafka', "export * from '../../storage/index.js';"],
    ['a protocol imports the server', 'protocols/sqs', "export * from '../../server/index.js';"],
    ['a storage engine imports a protocol', 'storage', "export * from '../protocols/sqs/index.js';"],
    ['the operations room imports a protocol', 'operations', "export * from '../protocols/sqs/index.js';"],
    ['the server imports the command', 'server', "export * from '../cli/main.js';"],
  ] as const) {
    it(`does not compile: ${what}`, () => {
      const { status, output } = compiled(room, `${source}\n`);
      assert.notEqual(status, 0);
      // The very refusal that is meant, not that a file is missing: 6307, it belongs to no project that this one may see;
      // 2591 and 2304, there is no such global or module here.
      assert.match(output, new RegExp(`src/${room}/wrong-arrow\\.ts.*error TS(6307|2591|2304):`));
    });
  }

  for (const [what, room, source] of [
    ['the core asks for the time', 'core', 'export const now = (): number => Date.now();'],
    ['the core throws dice', 'core', 'export const dice = (): number => Math.random();'],
    ['the core makes a promise', 'core', 'export const later = Promise.resolve(1);'],
    ['the core has async code', 'core', 'export const later = async () => 1;'],
    [
      'a protocol enters the core beside its face',
      'protocols/amqp',
      "import { BrokerError } from '../../core/broker-error.js';\nexport const beside = new BrokerError('full', 'x');",
    ],
    [
      'a promise is lost',
      'storage',
      "import { rm } from 'node:fs/promises';\nexport const lose = (): void => {\n  rm('x');\n};",
    ],
  ] as const) {
    it(`is found by lint: ${what}`, () => {
      const { status, output } = linted(room, `${source}\n`);
      assert.notEqual(status, 0);
      assert.match(output, /wrong-arrow\.ts/);
      assert.match(output, /Found 0 warnings and 1 error/);
    });
  }
});
