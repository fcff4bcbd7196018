import { generateKeyPair, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { selfSignedCertificate } from './self-signed-certificate.js';

const keyOptions = { modulusLength: 2048 };
const validMs = 365 * 24 * 3600_000;
const dayMs = 24 * 3600_000;
const maxRemembered = 1000;

/**
 * Signs notifications with an RSA key of this process, whose certificate the front serves. A message is signed when it is shown, so one that was
 * stored before a restart comes with a signature, and a link to the certificate, that are good now.
 */
export class NotificationSigner {
  #key: KeyObject | undefined;
  #certificate = '';
  #path = '';
  #preparing = false;
  /** The same message is shown to every subscriber, and again when it comes back. */
  readonly #signatures = new Map<string, string>();

  /** Makes the key in the background, so that nobody has to wait for it. */
  prepare(): void {
    if (this.#preparing || this.#key !== undefined) return;
    this.#preparing = true;
    generateKeyPair('rsa', keyOptions, (error, _publicKey, privateKey) => {
      this.#preparing = false;
      // Without one it is made when it is needed, and fails there if it must.
      if (error === null) this.#use(privateKey);
    });
  }

  get certificate(): string {
    this.#ready();
    return this.#certificate;
  }

  /** Where the front serves it. */
  get certificatePath(): string {
    this.#ready();
    return this.#path;
  }

  /** Base64; version 1 is SHA-1, version 2 SHA-256. */
  sign(text: string, version: string): string {
    const digest = hash('sha256', version + text, 'base64');
    const remembered = this.#signatures.get(digest);
    if (remembered !== undefined) return remembered;
    const key = this.#ready();
    const signature = sign(version === '2' ? 'RSA-SHA256' : 'RSA-SHA1', Buffer.from(text), key).toString('base64');
    if (this.#signatures.size >= maxRemembered) this.#signatures.clear();
    this.#signatures.set(digest, signature);
    return signature;
  }

  #ready(): KeyObject {
    return this.#key ?? this.#use(generateKeyPairSync('rsa', keyOptions).privateKey);
  }

  #use(key: KeyObject): KeyObject {
    if (this.#key !== undefined) return this.#key;
    const now = Date.now();
    this.#certificate = selfSignedCertificate(key, 'RosettaMQ notifications', now - dayMs, now + validMs);
    this.#path = `/SimpleNotificationService-${hash('sha256', this.#certificate, 'hex').slice(0, 32)}.pem`;
    this.#key = key;
    return key;
  }
}
