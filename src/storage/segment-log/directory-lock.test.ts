import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { StorageError } from '../../core/index.js';
import { holdDirectory } from './directory-lock.js';

const MODULE = new URL('./directory-lock.js', import.meta.url).href;

describe('the lock of a directory', () => {
  let directory: string;
  beforeEach(async () => (directory = await fs.mkdtemp(join(tmpdir(), 'rosettamq-lock-'))));
  afterEach(async () => await fs.rm(directory, { recursive: true }));

  it('is held by one at a time, and free again when it is let go', async () => {
    const release = await holdDirectory(directory);
    await assert.rejects(holdDirectory(directory), isLocked);
    await release();
    await (await holdDirectory(directory))();
    assert.deepEqual(await fs.readdir(directory), []);
  });

  it('goes by the directory, not by the path to it', async () => {
    const release = await holdDirectory(directory);
    await fs.symlink(directory, `${directory}-link`);
    await assert.rejects(holdDirectory(`${directory}-link`), isLocked);
    await fs.unlink(`${directory}-link`);
    await release();
  });

  it('names the process that holds it', async () => {
    const child = await holdInChild(directory);
    await assert.rejects(holdDirectory(directory), (error: StorageError) => {
      assert.ok(error.message.includes(`process ${child.pid}`), error.message);
      return isLocked(error);
    });
    await kill(child);
  });

  it('dies with a process that is killed', async () => {
    await kill(await holdInChild(directory));
    const release = await holdDirectory(directory);
    await release();
  });

  it('is met through the directory by who cannot see the names in the kernel', async () => {
    // Another network namespace has kernel names of its own, but the same directory.
    const elsewhere = createServer((socket) => socket.end('process 1 elsewhere'));
    await once(elsewhere.listen({ path: join(directory, 'lock.sock') }), 'listening');
    await assert.rejects(holdDirectory(directory), /in use by process 1 elsewhere/);
    await new Promise((resolve) => elsewhere.close(resolve));
    await (await holdDirectory(directory))();
  });

  it('does not keep the process alive', async () => {
    const child = spawn(process.execPath, ['-e', holding(directory, '')], { stdio: 'ignore' });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('works where the path is too long for a socket', async () => {
    const deep = join(directory, 'd'.repeat(120));
    await fs.mkdir(deep);
    const release = await holdDirectory(deep);
    await assert.rejects(holdDirectory(deep), isLocked);
    await release();
  });
});

function holding(directory: string, then: string): string {
  return `import(${JSON.stringify(MODULE)}).then((m) => m.holdDirectory(${JSON.stringify(directory)})).then(() => { ${then} })`;
}

async function holdInChild(directory: string): Promise<ChildProcess> {
  const script = holding(directory, 'console.log("held"); setInterval(() => {}, 1000);');
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function isLocked(error: unknown): boolean {
  assert.ok(error instanceof StorageError);
  assert.equal(error.kind, 'locked');
  return true;
}
