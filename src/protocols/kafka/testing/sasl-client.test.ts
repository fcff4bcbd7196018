import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { ScramHash } from '../sasl/scram-credential.js';
import { saslAuthenticate } from '../schema/sasl-authenticate.js';
import { saslHandshake } from '../schema/sasl-handshake.js';
import type { TestClient } from './test-client.test.js';

/** The client's half of PLAIN. Answers the broker's last word. */
export async function plainLogin(client: TestClient, user: string, password: string) {
  await client.call(saslHandshake, 1, { mechanism: 'PLAIN' });
  return await client.call(saslAuthenticate, 2, { authBytes: Buffer.from(`\0${user}\0${password}`) });
}

/** The client's half of SCRAM (RFC 5802 section 3). Answers the broker's last word, and whether it knew the password. */
export async function scramLogin(client: TestClient, hash: ScramHash, user: string, password: string) {
  const { digest, keyBytes, mechanism } = hash;
  await client.call(saslHandshake, 1, { mechanism });
  const first = `n=${user},r=clientnonce`;
  const challenge = await client.call(saslAuthenticate, 2, { authBytes: Buffer.from(`n,,${first}`) });
  const serverFirst = Buffer.from(challenge.authBytes).toString();
  const [, nonce, salt, iterations] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), keyBytes, digest);
  const clientKey = createHmac(digest, salted).update('Client Key').digest();
  const storedKey = createHash(digest).update(clientKey).digest();
  const withoutProof = `c=biws,r=${nonce}`;
  const signed = `${first},${serverFirst},${withoutProof}`;
  const signature = createHmac(digest, storedKey).update(signed).digest();
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index])).toString('base64');
  const last = await client.call(saslAuthenticate, 2, { authBytes: Buffer.from(`${withoutProof},p=${proof}`) });
  const serverKey = createHmac(digest, salted).update('Server Key').digest();
  const verifier = createHmac(digest, serverKey).update(signed).digest('base64');
  return { ...last, isServerKnown: Buffer.from(last.authBytes).toString() === `v=${verifier}` };
}

export async function bearerLogin(client: TestClient, token: string) {
  await client.call(saslHandshake, 1, { mechanism: 'OAUTHBEARER' });
  const authBytes = Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`);
  return await client.call(saslAuthenticate, 2, { authBytes });
}
