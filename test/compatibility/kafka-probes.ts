import { once } from 'node:events';
import { connect } from 'node:net';
import { kafkaApis } from './kafka-apis.js';
import type { KafkaResults, VersionRange } from './results.js';

const API_VERSIONS = 18;
const PRODUCE = 0;
const ANSWER_LIMIT_MS = 10_000;

/** Sends one request with a version 1 header and no body. Resolves to the response, or undefined when it is closed on. */
async function request(port: number, key: number, version: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(14);
  bytes.writeInt32BE(10, 0);
  bytes.writeInt16BE(key, 4);
  bytes.writeInt16BE(version, 6);
  bytes.writeInt32BE(1, 8);
  bytes.writeInt16BE(-1, 12); // no client id
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(bytes);
    let response = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      response = Buffer.concat([response, chunk]);
      if (response.length >= 4 && response.length >= 4 + response.readInt32BE(0)) socket.destroy();
    });
    // The peer's reset is how it closes on what it has not read to the end.
    socket.on('error', () => {});
    await once(socket, 'close', { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return response.length === 0 ? undefined : response.subarray(8);
  } finally {
    socket.destroy();
  }
}

async function answerTo(port: number, key: number, version: number): Promise<string> {
  const body = await request(port, key, version);
  if (body === undefined) return 'connection closed';
  if (key === API_VERSIONS) return `error ${body.readInt16BE(0)}, with the range of ApiVersions`;
  return 'answered';
}

/** ApiVersions in version 0: an error code, then for each API its key and its range. */
function readRanges(body: Buffer): Record<string, VersionRange> {
  const ranges: Record<string, VersionRange> = {};
  const count = body.readInt32BE(2);
  for (let index = 0, at = 6; index < count; index++, at += 6) {
    ranges[body.readInt16BE(at)] = { min: body.readInt16BE(at + 2), max: body.readInt16BE(at + 4) };
  }
  return ranges;
}

export async function runKafkaProbes(port: number): Promise<KafkaResults> {
  const versions = await request(port, API_VERSIONS, 0);
  if (versions === undefined) throw new Error('ApiVersions was not answered');
  const advertised = readRanges(versions);
  const unadvertised: Record<string, string> = {};
  const newer: Record<string, string> = {};
  const oldProduce: Record<string, string> = {};
  for (const { key } of kafkaApis) {
    const range = advertised[key];
    if (range === undefined) unadvertised[key] = await answerTo(port, key, 0);
    else newer[key] = await answerTo(port, key, range.max + 1);
  }
  for (const version of [0, 1, 2]) oldProduce[version] = await answerTo(port, PRODUCE, version);
  return { advertised, unadvertised, newer, oldProduce };
}
