import {
  CLASS_BASIC,
  CONTENT_HEADER_FIXED_BYTES,
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_HEARTBEAT,
  FRAME_METHOD,
  FRAME_OVERHEAD_BYTES,
} from './frame-type.js';
import { encodeMethod, type MethodArguments } from './method-codec.js';
import { methodCode, type MethodName } from './methods.js';
import { copyBytes, type OutputBuffer } from './output-buffer.js';

const codeDeliver = methodCode('basic.deliver');
const codeAck = methodCode('basic.ack');
const codeNack = methodCode('basic.nack');

/** Appends a method frame. */
export function writeMethod<Name extends MethodName>(
  out: OutputBuffer,
  channel: number,
  name: Name,
  args: MethodArguments<Name>,
): void {
  const payload = encodeMethod(name, args);
  const at = out.reserve(payload.length + FRAME_OVERHEAD_BYTES);
  const start = writeFrameHead(out.bytes, at, FRAME_METHOD, channel, payload.length);
  out.commit(endFrame(out.bytes, copyBytes(out.bytes, start, payload, 0, payload.length)));
}

export function writeHeartbeat(out: OutputBuffer): void {
  const at = out.reserve(FRAME_OVERHEAD_BYTES);
  out.commit(endFrame(out.bytes, writeFrameHead(out.bytes, at, FRAME_HEARTBEAT, 0, 0)));
}

/** basic.ack to a publisher. */
export function writeConfirm(out: OutputBuffer, channel: number, tag: number, multiple: boolean): void {
  writeSettlement(out, channel, codeAck, tag, multiple ? 1 : 0);
}

/** basic.nack to a publisher, for one message. */
export function writeRefusal(out: OutputBuffer, channel: number, tag: number): void {
  writeSettlement(out, channel, codeNack, tag, 0);
}

function writeSettlement(out: OutputBuffer, channel: number, code: number, tag: number, bits: number): void {
  const at = out.reserve(13 + FRAME_OVERHEAD_BYTES);
  const { bytes } = out;
  let next = writeU32(bytes, writeFrameHead(bytes, at, FRAME_METHOD, channel, 13), code);
  next = writeU64(bytes, next, tag);
  bytes[next] = bits;
  out.commit(endFrame(bytes, next + 1));
}

/**
 * The part of a message that every sender of it repeats verbatim: routing is exchange and routing key with their length
 * octets, properties are flags and values.
 */
export interface ContentBytes {
  routing: Uint8Array;
  routingStart: number;
  routingEnd: number;
  properties: Uint8Array;
  propertiesStart: number;
  propertiesEnd: number;
  body: Uint8Array;
  bodyStart: number;
  bodyEnd: number;
}

/** basic.deliver with its content. `consumerTag` is encoded with its length octet. */
export function writeDelivery(
  out: OutputBuffer,
  frameMaxBytes: number,
  channel: number,
  consumerTag: Buffer,
  deliveryTag: number,
  redelivered: boolean,
  content: ContentBytes,
): void {
  const routingBytes = content.routingEnd - content.routingStart;
  const payloadBytes = 4 + consumerTag.length + 9 + routingBytes;
  const at = out.reserve(roomFor(content, payloadBytes));
  const { bytes } = out;
  let next = writeU32(bytes, writeFrameHead(bytes, at, FRAME_METHOD, channel, payloadBytes), codeDeliver);
  next = copyBytes(bytes, next, consumerTag, 0, consumerTag.length);
  next = writeU64(bytes, next, deliveryTag);
  bytes[next] = redelivered ? 1 : 0;
  next = copyBytes(bytes, next + 1, content.routing, content.routingStart, content.routingEnd);
  writeContent(out, endFrame(bytes, next), frameMaxBytes, channel, content);
}

/** basic.get-ok or basic.return, whose arguments surround the routing: `before`, routing, `after`. */
export function writeContentMethod(
  out: OutputBuffer,
  frameMaxBytes: number,
  channel: number,
  before: Buffer,
  after: Buffer,
  content: ContentBytes,
): void {
  const routingBytes = content.routingEnd - content.routingStart;
  const payloadBytes = before.length + routingBytes + after.length;
  const at = out.reserve(roomFor(content, payloadBytes));
  const { bytes } = out;
  let next = writeFrameHead(bytes, at, FRAME_METHOD, channel, payloadBytes);
  next = copyBytes(bytes, next, before, 0, before.length);
  next = copyBytes(bytes, next, content.routing, content.routingStart, content.routingEnd);
  next = copyBytes(bytes, next, after, 0, after.length);
  writeContent(out, endFrame(bytes, next), frameMaxBytes, channel, content);
}

/** Room for a method frame, a header frame and, for the usual body, its one frame. */
function roomFor(content: ContentBytes, methodPayloadBytes: number): number {
  const headerBytes = CONTENT_HEADER_FIXED_BYTES + content.propertiesEnd - content.propertiesStart;
  return methodPayloadBytes + headerBytes + 3 * FRAME_OVERHEAD_BYTES + content.bodyEnd - content.bodyStart;
}

/** Header and body frames from `at` on, where at least `roomFor` are reserved for header and first body frame. */
function writeContent(
  out: OutputBuffer,
  at: number,
  frameMaxBytes: number,
  channel: number,
  content: ContentBytes,
): void {
  const { bytes } = out;
  const { body, bodyStart, bodyEnd } = content;
  const headerBytes = CONTENT_HEADER_FIXED_BYTES + content.propertiesEnd - content.propertiesStart;
  let next = writeFrameHead(bytes, at, FRAME_HEADER, channel, headerBytes);
  next = writeU32(bytes, next, CLASS_BASIC * 0x10000);
  next = writeU64(bytes, next, bodyEnd - bodyStart);
  next = copyBytes(bytes, next, content.properties, content.propertiesStart, content.propertiesEnd);
  next = endFrame(bytes, next);
  const largestPayload = frameMaxBytes - FRAME_OVERHEAD_BYTES;
  if (bodyEnd - bodyStart <= largestPayload) {
    if (bodyEnd > bodyStart) next = writeBody(bytes, next, channel, body, bodyStart, bodyEnd);
    out.commit(next);
    return;
  }
  out.commit(next);
  for (let start = bodyStart; start < bodyEnd; start += largestPayload) {
    const end = Math.min(start + largestPayload, bodyEnd);
    const frame = out.reserve(end - start + FRAME_OVERHEAD_BYTES);
    out.commit(writeBody(out.bytes, frame, channel, body, start, end));
  }
}

function writeBody(bytes: Buffer, at: number, channel: number, body: Uint8Array, start: number, end: number): number {
  const payload = writeFrameHead(bytes, at, FRAME_BODY, channel, end - start);
  return endFrame(bytes, copyBytes(bytes, payload, body, start, end));
}

function writeFrameHead(bytes: Buffer, at: number, type: number, channel: number, size: number): number {
  bytes[at] = type;
  bytes[at + 1] = channel >>> 8;
  bytes[at + 2] = channel;
  return writeU32(bytes, at + 3, size);
}

function endFrame(bytes: Buffer, at: number): number {
  bytes[at] = FRAME_END;
  return at + 1;
}

function writeU32(bytes: Buffer, at: number, value: number): number {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}

function writeU64(bytes: Buffer, at: number, value: number): number {
  return writeU32(bytes, writeU32(bytes, at, Math.floor(value / 0x1_0000_0000)), value % 0x1_0000_0000);
}
