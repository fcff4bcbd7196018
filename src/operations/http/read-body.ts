import type { IncomingMessage } from 'node:http';
import { badRequest, Failure } from './failure.js';

/** Definitions of large installations have tens of megabytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The whole body. @throws Failure 413 for one that is too large, 400 for one that ends early */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      sizeBytes += piece.length;
      if (sizeBytes > MOST_BYTES) throw new Failure(413, 'bad_request', `a body has ${MOST_BYTES} bytes at most`);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw badRequest('the body ended early');
  }
  return Buffer.concat(pieces);
}
