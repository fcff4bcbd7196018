/** Kafka's default partitioner: murmur2 of the key, made positive, modulo the partitions (KIP-480 keeps it for keys). */
export function partitionOf(key: Uint8Array, length: number, partitions: number): number {
  return (murmur2(key, length) & 0x7fffffff) % partitions;
}

/** MurmurHash2, 32 bit, with the seed that Kafka's clients use. */
function murmur2(data: Uint8Array, length: number): number {
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let k = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const left = length - at;
  if (left >= 3) h ^= data[at + 2] << 16;
  if (left >= 2) h ^= data[at + 1] << 8;
  if (left >= 1) h = Math.imul(h ^ data[at], m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}
