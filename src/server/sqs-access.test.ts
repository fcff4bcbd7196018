import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OptionError } from './option-error.js';
import { sqsAccess } from './sqs-access.js';

const open = { sqsAccess: 'auto', sqsAccessKeys: undefined, usersFile: undefined, host: '127.0.0.1' } as const;

describe('who may use SQS', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rosettamq-access-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is everybody who reaches a loopback address', async () => {
    assert.equal(await sqsAccess(open), undefined);
  });

  it('is this machine where others could come in, unless it is said that all may', async () => {
    const access = await sqsAccess({ ...open, host: '0.0.0.0' });
    assert.ok(access !== undefined && 'admits' in access);
    assert.deepEqual(['127.0.0.1', '::1', '192.0.2.1', ''].map(access.admits), [true, true, false, false]);
    assert.equal(await sqsAccess({ ...open, host: '0.0.0.0', sqsAccess: 'open' }), undefined);
  });

  it('is who has an access key, from the option or the users file', async () => {
    const usersFile = join(folder, 'users.json');
    const keys = [{ access_key_id: 'FROMFILE', secret_access_key: 'f/i+l=e' }];
    await writeFile(usersFile, JSON.stringify({ users: [], access_keys: keys }));
    const access = await sqsAccess({ ...open, sqsAccessKeys: 'A1:s:1, B2:s/2', usersFile });
    assert.ok(access !== undefined && 'keys' in access);
    assert.deepEqual(
      ['A1', 'B2', 'FROMFILE', 'C3'].map((id) => access.keys.secretOf(id)),
      ['s:1', 's/2', 'f/i+l=e', undefined],
    );
  });

  for (const [what, keys] of [
    ['without a secret', 'A1:x,B2:'],
    ['without an id', ':secret'],
    ['without a colon', 'A1'],
  ]) {
    it(`is not told by a key ${what}, which is not repeated`, async () => {
      await assert.rejects(sqsAccess({ ...open, sqsAccessKeys: keys }), (error: unknown) => {
        assert.ok(error instanceof OptionError);
        assert.ok(!error.message.includes('secret') || !keys!.includes('secret'), error.message);
        return true;
      });
    });
  }

  it('is not told by a users file with something else', async () => {
    const usersFile = join(folder, 'bad.json');
    await writeFile(usersFile, JSON.stringify({ users: [], access_keys: [{ access_key_id: 'A' }] }));
    await assert.rejects(sqsAccess({ ...open, usersFile }), /Access key 1 in .* needs a secret_access_key, a text/);
  });
});
