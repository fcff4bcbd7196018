import { statfs } from 'node:fs/promises';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeLogDirs } from '../schema/describe-log-dirs.js';
import { Operation } from '../security/acl.js';

/** The directory of memory: something must stand where clients expect a path. */
const NO_DIRECTORY = 'memory';

/** What each partition takes in the one directory, and how much room the device has. */
export function describeLogDirsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: describeLogDirs,
    served: '1-4',
    async handle(request, call) {
      if (!services.access.mayCluster(call.connection, Operation.describe)) {
        call.respond({ errorCode: ErrorCode.clusterAuthorizationFailed, results: [] });
        return;
      }
      const { directory = NO_DIRECTORY } = services.stores;
      const room = await roomOf(services.stores.directory);
      services.host.enter();
      const asked = request.topics?.map(({ topic, partitions }) => ({ name: topic, wanted: new Set(partitions) }));
      const topics = (
        asked ?? services.topics.all().map((topic) => ({ name: services.topics.spelling(topic), wanted: undefined }))
      )
        .map(({ name, wanted }) => {
          const { topic } = services.topics.find(name);
          const partitions = (topic?.partitionHandles ?? [])
            .map((handle, partitionIndex) => ({ handle, partitionIndex }))
            .filter(({ partitionIndex }) => wanted === undefined || wanted.has(partitionIndex))
            .map(({ handle, partitionIndex }) => ({
              partitionIndex,
              partitionSize: services.stores.sizeBytes(handle),
              offsetLag: 0,
              isFutureKey: false,
            }));
          return { name, partitions };
        })
        .filter(({ partitions }) => partitions.length > 0);
      call.respond({
        errorCode: ErrorCode.none,
        results: [{ errorCode: ErrorCode.none, logDir: directory, topics, ...room }],
      });
    },
  });
}

/** Of the device, in bytes; -1 when there is none, or it does not tell. */
async function roomOf(directory: string | undefined): Promise<{ totalBytes: number; usableBytes: number }> {
  try {
    if (directory === undefined) return { totalBytes: -1, usableBytes: -1 };
    const { blocks, bavail, bsize } = await statfs(directory);
    return { totalBytes: blocks * bsize, usableBytes: bavail * bsize };
  } catch {
    return { totalBytes: -1, usableBytes: -1 };
  }
}
