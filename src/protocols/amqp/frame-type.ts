/** Frame types on the wire (AMQP 0-9-1 section 4.2.3) and the octet that ends every frame. */
export const FRAME_METHOD = 1;
export const FRAME_HEADER = 2;
export const FRAME_BODY = 3;
export const FRAME_HEARTBEAT = 8;
export const FRAME_END = 0xce;

/** Type octet, channel and payload size before the payload; the end octet after it. */
export const FRAME_HEAD_BYTES = 7;
export const FRAME_OVERHEAD_BYTES = 8;

/** Class id, weight and body size at the start of a content header's payload. */
export const CONTENT_HEADER_FIXED_BYTES = 12;

export const CLASS_BASIC = 60;
export const CODE_BASIC_PUBLISH = 60 * 0x10000 + 40;
