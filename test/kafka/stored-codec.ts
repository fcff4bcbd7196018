import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * The codec number of the first batch of a topic's partition 0 as the broker has it, by a bare Fetch of version 4:
 * client libraries hide it.
 */
export async function storedCodec(port: number, topic: string): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(fetchRequest(topic));
    let received = Buffer.alloc(0);
    while (received.length < 4 || received.length < 4 + received.readInt32BE(0)) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      received = Buffer.concat([received, chunk]);
    }
    // size, correlation id, throttle time, one topic with its name, one partition: index, error, two offsets,
    // no aborted transactions, then the records
    const partition = 4 + 4 + 4 + 4 + 2 + Buffer.byteLength(topic) + 4;
    const records = partition + 4 + 2 + 8 + 8 + 4 + 4;
    return received.readInt16BE(records + 21) & 7;
  } finally {
    socket.destroy();
  }
}

function fetchRequest(topic: string): Buffer {
  const name = Buffer.from(topic);
  const fields: readonly (readonly [bytes: number, value: number])[] = [
    [2, 1], // Fetch
    [2, 4], // version
    [4, 1], // correlation id
    [2, -1], // no client id
    [4, -1], // no replica
    [4, 0], // wait
    [4, 1], // at least
    [4, 1_000_000], // at most
    [1, 0], // uncommitted too
    [4, 1], // one topic
    [2, name.length],
  ];
  const partition: readonly (readonly [bytes: number, value: number])[] = [
    [4, 1], // one partition
    [4, 0],
    [4, 0], // offset, its upper half
    [4, 0],
    [4, 1_000_000],
  ];
  const encode = (list: typeof fields) =>
    Buffer.concat(
      list.map(([bytes, value]) => {
        const field = Buffer.alloc(bytes);
        field.writeIntBE(value, 0, bytes);
        return field;
      }),
    );
  const body = Buffer.concat([encode(fields), name, encode(partition)]);
  return Buffer.concat([encode([[4, body.length]]), body]);
}
