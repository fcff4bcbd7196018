/** What a proxy says of the connection that it passes on. */
export interface ProxyHeader {
  /** How many bytes the header takes. */
  readonly sizeBytes: number;
  /** The client; undefined where the proxy speaks for itself (`LOCAL`) or of an address family that has no ports. */
  readonly source: { readonly address: string; readonly port: number } | undefined;
}

const signatureV2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const startV1 = Buffer.from('PROXY ');
/** The longest header of version 1, its line end included. */
const longestV1 = 107;
const fixedBytesV2 = 16;

/**
 * Reads the header of the PROXY protocol (haproxy's proxy-protocol.txt, versions 1 and 2) at the start of a connection.
 * `more`: it is not all there yet. `invalid`: it is none, and the connection must not be served.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | 'more' | 'invalid' {
  if (beginsLike(bytes, signatureV2)) return readV2(bytes);
  if (beginsLike(bytes, startV1)) return readV1(bytes);
  return 'invalid';
}

/** Is one the beginning of the other? */
function beginsLike(bytes: Buffer, start: Buffer): boolean {
  const size = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, size, 0, size) === 0;
}

function readV1(bytes: Buffer): ProxyHeader | 'more' | 'invalid' {
  const end = bytes.indexOf('\r\n');
  if (end < 0) return bytes.length < longestV1 ? 'more' : 'invalid';
  if (end + 2 > longestV1) return 'invalid';
  const [, family, address, , port] = bytes.toString('latin1', 0, end).split(' ');
  const sizeBytes = end + 2;
  if (family === 'UNKNOWN') return { sizeBytes, source: undefined };
  if ((family !== 'TCP4' && family !== 'TCP6') || address === undefined || !/^\d{1,5}$/.test(port ?? '')) {
    return 'invalid';
  }
  return { sizeBytes, source: { address, port: Number(port) } };
}

/** 12 bytes of signature, version and command, family and transport, the length of what follows: addresses first. */
function readV2(bytes: Buffer): ProxyHeader | 'more' | 'invalid' {
  if (bytes.length < fixedBytesV2) return 'more';
  const versionAndCommand = bytes[12];
  if (versionAndCommand >>> 4 !== 2) return 'invalid';
  const length = bytes.readUInt16BE(14);
  const sizeBytes = fixedBytesV2 + length;
  if (bytes.length < sizeBytes) return 'more';
  const command = versionAndCommand & 0xf;
  if (command === 0) return { sizeBytes, source: undefined };
  if (command !== 1) return 'invalid';
  const addresses = bytes.subarray(fixedBytesV2, sizeBytes);
  switch (bytes[13] >>> 4) {
    case 1:
      if (length < 12) return 'invalid';
      return { sizeBytes, source: { address: addresses.subarray(0, 4).join('.'), port: addresses.readUInt16BE(8) } };
    case 2:
      if (length < 36) return 'invalid';
      return { sizeBytes, source: { address: addressV6(addresses), port: addresses.readUInt16BE(32) } };
    default:
      return { sizeBytes, source: undefined };
  }
}

function addressV6(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(2 * group).toString(16)).join(':');
}
