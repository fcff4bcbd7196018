/**
 * UTF-8 by hand, for rooms that have neither Buffer nor TextEncoder. Meant for names and other short text; nothing on
 * a message's way goes through it.
 */

/** What unpaired surrogates are encoded as and malformed bytes are decoded to. */
const REPLACEMENT = 0xfffd;

/** The number of bytes that {@link encodeUtf8} makes of `text`. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = codePointAt(text, i);
    if (code >= 0x10000) i++;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** A fresh array of exactly the encoded bytes. An unpaired surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const code = codePointAt(text, i);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
    } else {
      if (code < 0x10000) {
        bytes[at++] = 0xe0 | (code >> 12);
      } else {
        i++;
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return bytes;
}

/**
 * Decodes `bytes[start, end)`. Malformed input never throws: each maximal piece of a broken sequence becomes one
 * U+FFFD, as the Encoding Standard's UTF-8 decoder does. A byte order mark is kept.
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  let at = start;
  while (at < end) {
    const lead = bytes[at++];
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const following =
      lead >= 0xc2 && lead <= 0xdf ? 1 : (lead & 0xf0) === 0xe0 ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
    if (following === 0) {
      text += String.fromCharCode(REPLACEMENT);
      continue;
    }
    let code = lead & (0x3f >> following);
    let seen = 0;
    while (seen < following && at < end && isContinuation(lead, seen, bytes[at])) {
      code = (code << 6) | (bytes[at++] & 0x3f);
      seen++;
    }
    text += String.fromCodePoint(seen === following ? code : REPLACEMENT);
  }
  return text;
}

/** Whether `byte` may stand as the `index`th byte after `lead`; rules out overlong forms and surrogates at once. */
function isContinuation(lead: number, index: number, byte: number): boolean {
  let low = 0x80;
  let high = 0xbf;
  if (index === 0) {
    if (lead === 0xe0) low = 0xa0;
    else if (lead === 0xed) high = 0x9f;
    else if (lead === 0xf0) low = 0x90;
    else if (lead === 0xf4) high = 0x8f;
  }
  return byte >= low && byte <= high;
}

function codePointAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if ((unit & 0xf800) !== 0xd800) return unit;
  const next = index + 1 < text.length ? text.charCodeAt(index + 1) : 0;
  if (unit < 0xdc00 && (next & 0xfc00) === 0xdc00) return 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
  return REPLACEMENT;
}
