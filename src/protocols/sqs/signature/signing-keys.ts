import { createHmac } from 'node:crypto';

const maxKept = 1_000;

/** Signing keys of Signature Version 4, which are good for one day, region and service each, and cost four HMACs to make. */
export class SigningKeys {
  readonly #kept = new Map<string, Buffer>();

  /** The key for a credential scope: `<date>`, region and service as they stand there. */
  get(secret: string, date: string, region: string, service: string): Buffer {
    const name = `${date}/${region}/${service}/${secret}`;
    let key = this.#kept.get(name);
    if (key === undefined) {
      key = [date, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
      if (this.#kept.size >= maxKept) this.#kept.clear();
      this.#kept.set(name, key);
    }
    return key;
  }
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest();
}
