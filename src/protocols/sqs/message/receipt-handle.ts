import { hash, timingSafeEqual } from 'node:crypto';

/** What a receipt handle stands for: one delivery of one message. */
export interface Receipt {
  /** The queue's log: unlike its name or handle it is never used again, and it survives a restart. */
  readonly log: number;
  readonly seq: number;
  /** Which delivery of the message it is, from 1. */
  readonly attempts: number;
  /** When it was handed out, ms since the epoch. */
  readonly receivedMs: number;
}

const version = 2;
const dataBytes = 1 + 6 + 6 + 4 + 6;
const macBytes = 15;
const handleBytes = dataBytes + macBytes;
/** Key bytes that {@link ReceiptHandles} takes. */
export const receiptKeyBytes = 32;
const macInput = receiptKeyBytes + dataBytes;

/**
 * Receipt handles that nobody can make up: 51 characters of base64url over
 *
 *   0 u8 version · 1 u48 log · 7 u48 seq · 13 u32 attempts · 17 u48 time · 23 15 bytes of SHA-256(key, bytes 0 to 22)
 *
 * The hashed input has one fixed length, so that a plain keyed hash is a sound authentication code for it; it was measured to cost
 * an eighth of HMAC.
 */
export class ReceiptHandles {
  /** The key and behind it the data of the handle at hand. */
  readonly #input = Buffer.alloc(macInput);
  readonly #handle = Buffer.alloc(handleBytes);

  /** `key`: 32 secret bytes, the same after a restart, or handles given out before are no longer known. */
  constructor(key: Uint8Array) {
    if (key.length !== receiptKeyBytes) throw new Error(`a receipt key has ${receiptKeyBytes} bytes`);
    this.#input.set(key);
  }

  encode(receipt: Receipt): string {
    const handle = this.#handle;
    handle[0] = version;
    handle.writeUIntBE(receipt.log, 1, 6);
    handle.writeUIntBE(receipt.seq, 7, 6);
    handle.writeUInt32BE(receipt.attempts, 13);
    handle.writeUIntBE(receipt.receivedMs, 17, 6);
    handle.write(this.#mac(handle), dataBytes, 'hex');
    return handle.toString('base64url');
  }

  /** The receipt, or undefined when these are not bytes that {@link encode} made under this key. */
  decode(text: string): Receipt | undefined {
    if (text.length !== Math.ceil((handleBytes * 4) / 3)) return undefined;
    const handle = Buffer.from(text, 'base64url');
    if (handle.length !== handleBytes || handle[0] !== version || handle.toString('base64url') !== text)
      return undefined;
    if (!timingSafeEqual(Buffer.from(this.#mac(handle), 'hex'), handle.subarray(dataBytes))) return undefined;
    return {
      log: handle.readUIntBE(1, 6),
      seq: handle.readUIntBE(7, 6),
      attempts: handle.readUInt32BE(13),
      receivedMs: handle.readUIntBE(17, 6),
    };
  }

  #mac(handle: Buffer): string {
    handle.copy(this.#input, receiptKeyBytes, 0, dataBytes);
    // Asking for hex was measured to be nearly four times as fast as asking for a buffer.
    return hash('sha256', this.#input, 'hex').slice(0, macBytes * 2);
  }
}
