import { createPublicKey, type KeyObject, sign } from 'node:crypto';

/** Distinguished Encoding Rules (X.690): a tag, a length, the content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  if (bytes.length < 0x80) return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
  const digits = bytes.length.toString(16);
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, bytes]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
/** 1.2.840.113549.1.1.11 and no parameters. */
const sha256WithRsa = sequence(Buffer.from('06092a864886f70d01010b', 'hex'), der(0x05));
/** 2.5.4.3 */
const commonName = Buffer.from('0603550403', 'hex');

function nameOf(subject: string): Buffer {
  return sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(subject)))));
}

/** As GeneralizedTime, whole seconds. */
function timeOf(ms: number): Buffer {
  return der(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')));
}

/**
 * A certificate (X.509 version 3 without extensions, RFC 5280 section 4.1) for the RSA key, signed by itself, as PEM. Times in ms since the epoch.
 * Node can read certificates and has nothing to make one with.
 */
export function selfSignedCertificate(key: KeyObject, subject: string, fromMs: number, untilMs: number): string {
  const name = nameOf(subject);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.from([1]));
  const validity = sequence(timeOf(fromMs), timeOf(untilMs));
  const toBeSigned = sequence(version3, serial, sha256WithRsa, name, validity, name, publicKey);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toBeSigned, key));
  const base64 = sequence(toBeSigned, sha256WithRsa, signature).toString('base64');
  const lines = base64.match(/.{1,64}/g)!.join('\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
