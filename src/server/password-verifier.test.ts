import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rabbitmqVerifier, scryptVerifier } from './password-verifier.js';

describe('password verifiers', () => {
  it('salt: the same password checks out with two verifiers', async () => {
    const [one, two] = await Promise.all([scryptVerifier('pässword'), scryptVerifier('pässword')]);
    assert.equal(await one('pässword'), true);
    assert.equal(await two('pässword'), true);
    assert.equal(await one('password'), false);
  });

  it('read the example of the RabbitMQ documentation', async () => {
    // "test12" with salt 908DC60A, https://www.rabbitmq.com/docs/passwords#computing-password-hash
    const verify = rabbitmqVerifier(
      'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
      'rabbit_password_hashing_sha256',
    )!;
    assert.equal(await verify('test12'), true);
    assert.equal(await verify('test13'), false);
  });

  it('refuse a hash of another algorithm or length', () => {
    assert.equal(rabbitmqVerifier('kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30', 'rabbit_password_hashing_sha256'), undefined);
    assert.equal(rabbitmqVerifier('', 'rabbit_password_hashing_sha256'), undefined);
    assert.equal(rabbitmqVerifier('AAAAAA==', 'rabbit_password_hashing_md5'), undefined);
  });
});
