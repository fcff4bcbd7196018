import assert from 'node:assert/strict';
import { createPublicKey, createVerify, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { NotificationSigner } from './notification-signer.js';
import { selfSignedCertificate } from './self-signed-certificate.js';

describe('the certificate of notifications', () => {
  it('is read by others as what it was made to be', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const from = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const pem = selfSignedCertificate(privateKey, 'a name é', from, from + 86_400_000);
    const certificate = new X509Certificate(pem);
    assert.equal(certificate.subject, 'CN=a name é');
    assert.equal(certificate.issuer, certificate.subject);
    assert.equal(new Date(certificate.validFrom).getTime(), Date.UTC(2026, 0, 2, 3, 4, 5));
    assert.equal(new Date(certificate.validTo).getTime(), Date.UTC(2026, 0, 3, 3, 4, 5));
    assert.ok(certificate.publicKey.equals(createPublicKey(privateKey)));
    assert.ok(certificate.verify(certificate.publicKey));
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    assert.ok(!certificate.verify(other.publicKey));
  });
});

describe('the signer of notifications', () => {
  it('signs what its certificate verifies, with the hash of the version, however it came by its key', () => {
    const prepared = new NotificationSigner();
    prepared.prepare();
    const unprepared = new NotificationSigner();
    for (const signer of [unprepared, prepared]) {
      const key = new X509Certificate(signer.certificate).publicKey;
      for (const [version, algorithm] of [
        ['1', 'RSA-SHA1'],
        ['2', 'RSA-SHA256'],
      ]) {
        const signature = signer.sign('text é', version);
        assert.ok(createVerify(algorithm).update('text é').verify(key, signature, 'base64'));
        assert.equal(signer.sign('text é', version), signature);
      }
    }
    assert.notEqual(unprepared.certificatePath, prepared.certificatePath);
  });
});
