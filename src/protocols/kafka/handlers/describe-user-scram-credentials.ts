import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { SCRAM_HASHES } from '../sasl/scram-credential.js';
import { describeUserScramCredentials } from '../schema/describe-user-scram-credentials.js';
import { Operation } from '../security/acl.js';
import type { ScramUsers } from '../security/scram-users.js';
import type { ResponseOf } from '../wire/api.js';

type Answer = ResponseOf<typeof describeUserScramCredentials>['results'][number];

/** Tells which users have a SCRAM credential, and of how many iterations; never what it holds. */
export function describeUserScramCredentialsHandler({ access, scramUsers }: FrontServices): Handler {
  return defineHandler({
    api: describeUserScramCredentials,
    served: '0-0',
    handle({ users }, call) {
      if (!access.mayCluster(call.connection, Operation.describe)) {
        call.respond({ errorCode: ErrorCode.clusterAuthorizationFailed, results: [] });
        return;
      }
      const asked = users?.map(({ name }) => name) ?? [];
      const results =
        asked.length === 0
          ? scramUsers
              .names()
              .map((name) => describe(scramUsers, name))
              .filter(({ credentialInfos }) => credentialInfos.length > 0)
          : [...new Set(asked)].map((name) =>
              asked.filter((each) => each === name).length > 1
                ? failed(
                    name,
                    ErrorCode.duplicateResource,
                    `Cannot describe SCRAM credentials for the same user twice in a single request: ${name}`,
                  )
                : describe(scramUsers, name),
            );
      call.respond({ errorCode: ErrorCode.none, results });
    },
  });
}

function describe(scramUsers: ScramUsers, user: string): Answer {
  const credentialInfos = SCRAM_HASHES.flatMap((hash) => {
    const credential = scramUsers.find(user, hash);
    return credential === undefined ? [] : [{ mechanism: hash.number, iterations: credential.iterations }];
  });
  if (credentialInfos.length > 0) return { user, errorCode: ErrorCode.none, credentialInfos };
  return failed(user, ErrorCode.resourceNotFound, `Attempt to describe a user credential that does not exist: ${user}`);
}

function failed(user: string, errorCode: number, errorMessage: string): Answer {
  return { user, errorCode, errorMessage, credentialInfos: [] };
}
