/** Octets around the payload of a frame: type, channel and size before it, the end mark after it. */
export const frameOverhead = 8;
export const frameEnd = 0xce;

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(payload.length + frameOverhead);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16BE(channel, 1);
  bytes.writeUInt32BE(payload.length, 3);
  payload.copy(bytes, 7);
  bytes.writeUInt8(frameEnd, payload.length + 7);
  return bytes;
}

/** @param methodId as in `methodIds`; @param args the encoded arguments, in order */
export function methodFrame(channel: number, methodId: number, ...args: Buffer[]): Buffer {
  return frame(1, channel, Buffer.concat([uint32(methodId), ...args]));
}

/**
 * A content header of class basic.
 *
 * @param bodyBytes size of the whole body
 * @param deliveryMode 1 transient, 2 persistent: the only property that is set
 */
export function headerFrame(channel: number, bodyBytes: number, deliveryMode: 1 | 2): Buffer {
  const payload = Buffer.alloc(15);
  payload.writeUInt16BE(60, 0);
  payload.writeBigUInt64BE(BigInt(bodyBytes), 4);
  payload.writeUInt16BE(0x1000, 12);
  payload.writeUInt8(deliveryMode, 14);
  return frame(2, channel, payload);
}

export function bodyFrame(channel: number, body: Buffer): Buffer {
  return frame(3, channel, body);
}

export function uint8(value: number): Buffer {
  return Buffer.of(value);
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function shortString(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint8(bytes.length), bytes]);
}

export function longString(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A field table whose entries are all true: enough for client capabilities. */
export function flagTable(names: readonly string[]): Buffer {
  return longString(Buffer.concat(names.map((name) => Buffer.concat([shortString(name), Buffer.from('t\x01')]))));
}

/** A field table with one entry that is itself a table. */
export function nestedTable(name: string, inner: Buffer): Buffer {
  return longString(Buffer.concat([shortString(name), Buffer.from('F'), inner]));
}

export const emptyTable = uint32(0);
