import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { passwordCredential, provesPassword, rabbitmqCredential, rabbitmqHash } from './password-credential.js';

// "test12" with salt 908DC60A, https://www.rabbitmq.com/docs/passwords#computing-password-hash
const EXAMPLE = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR';
const SHA256 = 'rabbit_password_hashing_sha256';

describe('the credential of a password', () => {
  for (const hashing of ['sha256', 'sha512', 'scrypt'] as const) {
    it(`is salted and proves the password, with ${hashing}`, async () => {
      const one = await passwordCredential('pässword', hashing);
      const two = await passwordCredential('pässword', hashing);
      assert.notDeepEqual(one.secret, two.secret);
      assert.equal(await provesPassword(one, 'pässword'), true);
      assert.equal(await provesPassword(two, 'pässword'), true);
      assert.equal(await provesPassword(one, 'password'), false);
    });
  }

  it('is read from an export of RabbitMQ, and written as one', async () => {
    const credential = rabbitmqCredential(EXAMPLE, SHA256)!;
    assert.equal(await provesPassword(credential, 'test12'), true);
    assert.equal(await provesPassword(credential, 'test13'), false);
    assert.deepEqual(rabbitmqHash(credential), { hash: EXAMPLE, algorithm: SHA256 });
  });

  it('is read in the form of the early versions too', async () => {
    // salt 01020304 and the MD5 of it and "early", made with md5sum
    const hash = Buffer.from('010203047a62081f0d8878d448085b256541a57e', 'hex').toString('base64');
    const credential = rabbitmqCredential(hash, 'rabbit_password_hashing_md5')!;
    assert.equal(await provesPassword(credential, 'early'), true);
    assert.equal(await provesPassword(credential, 'late'), false);
  });

  it('is none for a hash of another algorithm or length', () => {
    assert.equal(rabbitmqCredential('kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30', SHA256), undefined);
    assert.equal(rabbitmqCredential('', SHA256), undefined);
    assert.equal(rabbitmqCredential(EXAMPLE, 'rabbit_password_hashing_sha1'), undefined);
  });

  it('has no form in RabbitMQ when it is slow to guess', async () => {
    assert.equal(rabbitmqHash(await passwordCredential('x', 'scrypt')), undefined);
  });
});
