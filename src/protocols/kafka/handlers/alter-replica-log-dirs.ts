import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { alterReplicaLogDirs } from '../schema/alter-replica-log-dirs.js';
import { Operation } from '../security/acl.js';

/** There is one directory: what is in it stays, and there is no other to move to. */
export function alterReplicaLogDirsHandler({ access, stores, topics }: FrontServices): Handler {
  return defineHandler({
    api: alterReplicaLogDirs,
    served: '1-2',
    handle(request, call) {
      const mayAlter = access.mayCluster(call.connection, Operation.alter);
      const codeOf = (path: string, name: string, index: number): number => {
        if (!mayAlter) return ErrorCode.clusterAuthorizationFailed;
        if (path !== stores.directory) return ErrorCode.logDirNotFound;
        const { topic, errorCode } = topics.find(name);
        if (topic === undefined) return errorCode;
        return topics.partitionHandle(topic, index) < 0 ? ErrorCode.unknownTopicOrPartition : ErrorCode.none;
      };
      const results = request.dirs.flatMap(({ path, topics: moved }) =>
        moved.map(({ name, partitions }) => ({
          topicName: name,
          partitions: partitions.map((partitionIndex) => ({
            partitionIndex,
            errorCode: codeOf(path, name, partitionIndex),
          })),
        })),
      );
      call.respond({ results });
    },
  });
}
