import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { provesPassword } from '../operations/index.js';
import { readUsersFile } from './users-file.js';

describe('a users file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rosettamq-users-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function users(content: unknown) {
    const path = join(folder, 'definitions.json');
    await writeFile(path, JSON.stringify(content));
    return readUsersFile(path);
  }

  const ANN = {
    name: 'ann',
    password_hash: 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags: ['administrator'],
  };

  it('has the users of a RabbitMQ export, with their tags and the passwords they had', async () => {
    const file = await users({ rabbit_version: '3.10.8', users: [ANN, { ...ANN, name: 'bob', tags: 'a,b' }] });
    assert.deepEqual(
      file.users.map(({ name, tags }) => [name, ...tags]),
      [
        ['ann', 'administrator'],
        ['bob', 'a', 'b'],
      ],
    );
    const [credential] = file.users[0].credentials;
    assert.equal(await provesPassword(credential, 'test12'), true);
    assert.equal(await provesPassword(credential, 'ann'), false);
  });

  const GRANT = { user: 'ann', vhost: '/', configure: '^ann\\.', write: '.*', read: '' };

  it('says what they may do, where', async () => {
    const { grants } = await users({ users: [ANN], permissions: [GRANT] });
    assert.deepEqual(grants, [{ user: 'ann', virtualHost: '/', configure: '^ann\\.', write: '.*', read: '' }]);
  });

  for (const [what, content, sentence] of [
    ['has no users', { queues: [] }, /has no list of users/],
    ['names a user without a hash', { users: [ANN, { name: 'bob' }] }, /^User 2 in .* needs a password_hash/],
    ['holds something else than users', { users: [null] }, /^User 1 in .* needs a name/],
    ['has a hash of another algorithm', { users: [{ ...ANN, hashing_algorithm: undefined }] }, /\(ann\).*md5/],
    ['has permissions that are no list', { users: [], permissions: {} }, /are not a list/],
    ['has a permission for nobody', { users: [], permissions: [{ ...GRANT, user: 1 }] }, /^Permission 1 in .* user/],
    [
      'has a broken expression',
      { users: [], permissions: [{ ...GRANT, write: '(' }] },
      /write that is not a regular exp/,
    ],
    ['has a hash that was cut', { users: [{ ...ANN, password_hash: 'kI3GCg==' }] }, /\(ann\)/],
  ] as const) {
    it(`is refused when it ${what}`, async () => {
      await assert.rejects(users(content), { name: 'OptionError', message: sentence });
    });
  }
});
