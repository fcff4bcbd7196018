/** A block of addresses: those whose first `bits` bits are `address`'s. */
export interface IpRange {
  /** 4 bytes, or 16. */
  readonly address: readonly number[];
  readonly bits: number;
}

/** The bytes of an IPv4 or IPv6 address in text (RFC 4291, 2.2), or undefined. */
export function ipBytes(text: string): number[] | undefined {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
}

export function isInRange(range: IpRange, text: string): boolean {
  const bytes = ipBytes(text);
  if (bytes?.length !== range.address.length) return false;
  return range.address.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, range.bits - 8 * i));
    const mask = 0xff00 >> bits;
    return (byte & mask & 0xff) === (bytes[i] & mask & 0xff);
  });
}

function ipv4Bytes(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^[0-9]{1,3}$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function ipv6Bytes(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const left = groupBytes(halves[0]);
  const right = halves.length === 2 ? groupBytes(halves[1]) : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = 16 - left.length - right.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...left, ...Array.from({ length: missing }, () => 0), ...right];
}

/** Groups between colons; the last may be an IPv4 address. */
function groupBytes(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes('.')) {
      const tail = ipv4Bytes(group);
      if (tail === undefined) return undefined;
      bytes.push(...tail);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}
