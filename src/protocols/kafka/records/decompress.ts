import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Decompress as ZstdStream } from 'fzstd';
import lz4 from 'lz4js';
import { CODEC_GZIP, CODEC_LZ4, CODEC_SNAPPY, CODEC_ZSTD, MalformedBytes } from '../../../bytes/index.js';
import { decompressSnappy } from './decompress-snappy.js';

/** No batch opens to more than this, however well it compresses. */
const MAX_DECOMPRESSED_BYTES = 128 * 1024 * 1024;

const gunzipAsync = promisify(gunzip);

/** Decompresses the records of a batch. Throws MalformedBytes when they are damaged, or too large when open. */
export async function decompress(codec: number, compressed: Uint8Array): Promise<Uint8Array> {
  try {
    switch (codec) {
      case CODEC_GZIP:
        return await gunzipAsync(compressed, { maxOutputLength: MAX_DECOMPRESSED_BYTES });
      case CODEC_SNAPPY:
        return decompressSnappy(compressed, MAX_DECOMPRESSED_BYTES);
      case CODEC_LZ4:
        return decompressLz4(compressed);
      case CODEC_ZSTD:
        return decompressZstd(compressed);
      default:
        throw new MalformedBytes(`codec ${codec} is unknown`);
    }
  } catch (error) {
    // The libraries throw whatever they stumble over; to the caller it is all the same.
    if (error instanceof MalformedBytes) throw error;
    throw new MalformedBytes(`compressed records cannot be read: ${String(error)}`, { cause: error });
  }
}

function decompressLz4(compressed: Uint8Array): Uint8Array {
  const bound = lz4.decompressBound(compressed);
  if (bound > MAX_DECOMPRESSED_BYTES) throw new MalformedBytes('compressed records are too large');
  const target = new Uint8Array(bound);
  return target.subarray(0, lz4.decompressFrame(compressed, target));
}

function decompressZstd(compressed: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const stream = new ZstdStream((piece) => {
    sizeBytes += piece.length;
    if (sizeBytes > MAX_DECOMPRESSED_BYTES) throw new MalformedBytes('compressed records are too large');
    // The library goes on writing into the buffer that it hands out.
    pieces.push(piece.slice());
  });
  stream.push(compressed, true);
  return Buffer.concat(pieces, sizeBytes);
}
