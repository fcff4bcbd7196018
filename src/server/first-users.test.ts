import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBroker } from './create-broker.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLOSED = { amqpPort: 'off', kafkaPort: 'off', sqsPort: 'off', adminPort: 0 } as const;

async function status(url: string, path: string, user: string, password: string, method = 'GET', body?: unknown) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const answer = await fetch(`${url}/api/${path}`, {
    method,
    headers: { authorization },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return answer.status;
}

describe('the first users', () => {
  it('are made once: a default user who was deleted or has another password stays so', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rosettamq-users-'));
    try {
      let broker = await createBroker({ ...CLOSED, dataDir });
      let url = broker.urls.admin!;
      assert.equal(await status(url, 'whoami', 'guest', 'guest'), 200);
      const other = { password: 'changed', tags: 'administrator' };
      assert.equal(await status(url, 'users/guest', 'guest', 'guest', 'PUT', other), 204);
      assert.equal(await status(url, 'whoami', 'guest', 'guest'), 401);
      await broker.close();

      broker = await createBroker({ ...CLOSED, dataDir });
      url = broker.urls.admin!;
      assert.equal(await status(url, 'whoami', 'guest', 'guest'), 401);
      assert.equal(await status(url, 'whoami', 'guest', 'changed'), 200);
      assert.equal(await status(url, 'users/ann', 'guest', 'changed', 'PUT', { ...other, password: 'x' }), 201);
      assert.equal(await status(url, 'users/guest', 'ann', 'x', 'DELETE'), 204);
      await broker.close();

      broker = await createBroker({ ...CLOSED, dataDir });
      url = broker.urls.admin!;
      assert.equal(await status(url, 'whoami', 'guest', 'guest'), 401);
      assert.equal(await status(url, 'permissions/%2F/guest', 'ann', 'x'), 404);
      await broker.close();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it('have what the users file says, at every start', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rosettamq-users-'));
    const usersFile = join(dataDir, 'definitions.json');
    const ann = {
      name: 'ann',
      password_hash: 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: 'administrator',
    };
    const permissions = [{ user: 'ann', vhost: 'team', configure: '.*', write: '', read: '' }];
    await writeFile(usersFile, JSON.stringify({ users: [ann], permissions }));
    try {
      for (const start of ['first', 'second']) {
        const broker = await createBroker({ ...CLOSED, dataDir, usersFile });
        const url = broker.urls.admin!;
        assert.equal(await status(url, 'whoami', 'ann', 'test12'), 200, start);
        assert.equal(await status(url, 'queues/team', 'ann', 'test12'), 200, start);
        const other = { password: 'changed', tags: 'administrator' };
        assert.equal(await status(url, 'users/ann', 'ann', 'test12', 'PUT', other), 204);
        await broker.close();
      }
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});
