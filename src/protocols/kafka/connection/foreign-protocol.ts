/** How other protocols begin, in their first four bytes. */
const BEGINNINGS: readonly (readonly [text: string, name: string])[] = [
  ['GET ', 'an HTTP request'],
  ['PUT ', 'an HTTP request'],
  ['POST', 'an HTTP request'],
  ['HEAD', 'an HTTP request'],
  ['DELE', 'an HTTP request'],
  ['OPTI', 'an HTTP request'],
  ['PATC', 'an HTTP request'],
  ['CONN', 'an HTTP request'],
  ['PRI ', 'an HTTP/2 connection'],
  ['AMQP', 'an AMQP client'],
  ['SSH-', 'an SSH client'],
];

const NAMES = new Map(BEGINNINGS.map(([text, name]) => [Buffer.from(text, 'latin1').readInt32BE(0), name]));

/**
 * Names the protocol of a peer whose first four bytes, read as a length, make no sense; undefined for bytes that look
 * like nothing known. A TLS record begins with its type, 0x16 for a handshake, and its version, 3.x.
 */
export function foreignProtocol(firstFourBytes: number): string | undefined {
  if (firstFourBytes >>> 16 === 0x1603) return 'a TLS handshake';
  return NAMES.get(firstFourBytes);
}
