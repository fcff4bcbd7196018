import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

const ITERATIONS = 4096;

/** Gives a user SCRAM credentials, with a password for each hash, by AlterUserScramCredentials in version 0. */
export async function giveScramCredentials(
  port: number,
  user: string,
  passwords: { readonly sha256: string; readonly sha512: string },
): Promise<void> {
  const upsertions = [
    upsertion(user, 1, passwords.sha256, 32, 'sha256'),
    upsertion(user, 2, passwords.sha512, 64, 'sha512'),
  ];
  // Header version 2: key 51, version 0, correlation id 1, no client id, no tags. Then no deletions, two upsertions, no tags.
  const header = Buffer.from('0033000000000001ffff00', 'hex');
  const request = Buffer.concat([header, Buffer.of(1, upsertions.length + 1), ...upsertions, Buffer.of(0)]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(request.length);
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(Buffer.concat([size, request]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    // Size, correlation id, tags, throttle time, the count of results, the user, then the error code.
    const code = answer.readInt16BE(4 + 4 + 1 + 4 + 1 + 1 + Buffer.byteLength(user));
    if (code !== 0) throw new Error(`SCRAM credentials of ${user} were answered with error ${code}`);
  } finally {
    socket.destroy();
  }
}

function upsertion(user: string, mechanism: number, password: string, bytes: number, digest: string): Buffer {
  const salt = randomBytes(16);
  const iterations = Buffer.alloc(4);
  iterations.writeInt32BE(ITERATIONS);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, bytes, digest);
  return Buffer.concat([
    compact(Buffer.from(user)),
    Buffer.of(mechanism),
    iterations,
    compact(salt),
    compact(salted),
    Buffer.of(0),
  ]);
}

/** With its length and one before it, in one byte. */
function compact(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(bytes.length + 1), bytes]);
}
