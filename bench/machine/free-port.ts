import { createServer } from 'node:net';

/** A TCP port of the loopback interface that was free a moment ago. For servers that cannot choose one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('the probe has no TCP address'));
        else resolve(address.port);
      });
    });
  });
}
