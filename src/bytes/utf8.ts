/**
 * UTF-8 by hand, because the core may not use TextEncoder or Buffer. Both directions follow the WHATWG
 * Encoding Standard: a lone surrogate is written as U+FFFD, and every maximal ill-formed run of bytes is read
 * as one U+FFFD. Nothing here throws on content. A byte order mark is kept as a character.
 */

const REPLACEMENT = 0xfffd;
/** Code units given to String.fromCharCode at once; far below every engine's limit on arguments. */
const UNITS_PER_CHUNK = 2048;

/** The code point at `index`, with U+FFFD for half of a surrogate pair. */
function scalarAt(text: string, index: number): number {
  const point = text.codePointAt(index) ?? REPLACEMENT;
  return point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
}

/** How many bytes `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (scalarAt(text, i) > 0xffff) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

/**
 * Writes `text` into `target` from `at` on and returns the position after it. The caller has made room for
 * `utf8Length(text)` bytes; typed arrays drop what does not fit.
 */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  let to = at;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      target[to++] = unit;
    } else if (unit < 0x800) {
      target[to++] = 0xc0 | (unit >> 6);
      target[to++] = 0x80 | (unit & 0x3f);
    } else {
      const point = scalarAt(text, i);
      if (point > 0xffff) {
        target[to++] = 0xf0 | (point >> 18);
        target[to++] = 0x80 | ((point >> 12) & 0x3f);
        i++;
      } else {
        target[to++] = 0xe0 | (point >> 12);
      }
      target[to++] = 0x80 | ((point >> 6) & 0x3f);
      target[to++] = 0x80 | (point & 0x3f);
    }
  }
  return to;
}

/** `text` as bytes of its own. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

/** The text of `bytes[start..end)`. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  let units: number[] = [];
  let at = start;
  while (at < end) {
    const first = bytes[at++];
    let point = first;
    if (first >= 0x80) {
      // How many bytes follow, and the range of the next one: it excludes overlong forms, surrogates and
      // everything above U+10FFFF (Unicode 15, table 3-7).
      let wanted = 0;
      let low = 0x80;
      let high = 0xbf;
      if (first >= 0xc2 && first <= 0xdf) {
        wanted = 1;
        point = first & 0x1f;
      } else if (first >= 0xe0 && first <= 0xef) {
        wanted = 2;
        point = first & 0x0f;
        if (first === 0xe0) low = 0xa0;
        else if (first === 0xed) high = 0x9f;
      } else if (first >= 0xf0 && first <= 0xf4) {
        wanted = 3;
        point = first & 0x07;
        if (first === 0xf0) low = 0x90;
        else if (first === 0xf4) high = 0x8f;
      } else {
        point = REPLACEMENT;
      }
      while (wanted > 0) {
        const next = at < end ? bytes[at] : 0;
        if (next < low || next > high) {
          point = REPLACEMENT;
          break;
        }
        point = (point << 6) | (next & 0x3f);
        low = 0x80;
        high = 0xbf;
        at++;
        wanted--;
      }
    }
    if (point > 0xffff) units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    else units.push(point);
    if (units.length >= UNITS_PER_CHUNK) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}
