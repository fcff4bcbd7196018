import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import {
  credentialOfSaltedPassword,
  MAX_ITERATIONS,
  MIN_ITERATIONS,
  SCRAM_HASHES,
  type ScramHash,
} from '../sasl/scram-credential.js';
import { alterUserScramCredentials } from '../schema/alter-user-scram-credentials.js';
import { Operation } from '../security/acl.js';
import type { RequestOf } from '../wire/api.js';

type Request = RequestOf<typeof alterUserScramCredentials>;

interface Refusal {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** Gives users SCRAM credentials and takes them away (KIP-554): for each user all that is asked, or nothing. */
export function alterUserScramCredentialsHandler(services: FrontServices): Handler {
  const { access, host, scramUsers } = services;
  return defineHandler({
    api: alterUserScramCredentials,
    served: '0-0',
    handle(request, call) {
      const users = new Set([...request.deletions, ...request.upsertions].map(({ name }) => name));
      const mayAlter = access.mayCluster(call.connection, Operation.alter);
      const results = Array.from(users, (user) => {
        if (!mayAlter) return { user, errorCode: ErrorCode.clusterAuthorizationFailed, errorMessage: null };
        const deletions = request.deletions.filter(({ name }) => name === user);
        const upsertions = request.upsertions.filter(({ name }) => name === user);
        const refusal = refusalOf(services, user, deletions, upsertions);
        if (refusal !== undefined) return { user, ...refusal };
        for (const { mechanism } of deletions) scramUsers.remove(user, hashOf(mechanism)!);
        for (const { mechanism, iterations, salt, saltedPassword } of upsertions) {
          const hash = hashOf(mechanism)!;
          scramUsers.put(user, hash, credentialOfSaltedPassword(hash, iterations, salt, saltedPassword));
        }
        return { user, errorCode: ErrorCode.none, errorMessage: null };
      });
      host.whenStable(host.broker.flush, () => call.respond({ results }));
    },
  });
}

function refusalOf(
  { scramUsers }: FrontServices,
  user: string,
  deletions: Request['deletions'],
  upsertions: Request['upsertions'],
): Refusal | undefined {
  const refused = (errorCode: number, errorMessage: string) => ({ errorCode, errorMessage });
  if (user === '') return refused(ErrorCode.unacceptableCredential, 'Username must not be empty');
  const mechanisms = [...deletions, ...upsertions].map(({ mechanism }) => mechanism);
  if (new Set(mechanisms).size !== mechanisms.length) {
    const message = 'A user credential cannot be altered twice in the same request';
    return refused(ErrorCode.duplicateResource, message);
  }
  if (mechanisms.some((mechanism) => hashOf(mechanism) === undefined)) {
    return refused(ErrorCode.unsupportedSaslMechanism, 'Unknown SCRAM mechanism');
  }
  if (deletions.some(({ mechanism }) => scramUsers.find(user, hashOf(mechanism)!) === undefined)) {
    return refused(ErrorCode.resourceNotFound, 'Attempt to delete a user credential that does not exist');
  }
  for (const { iterations, salt, saltedPassword, mechanism } of upsertions) {
    if (iterations < MIN_ITERATIONS) return refused(ErrorCode.unacceptableCredential, 'Too few iterations');
    if (iterations > MAX_ITERATIONS) return refused(ErrorCode.unacceptableCredential, 'Too many iterations');
    if (salt.length === 0) return refused(ErrorCode.unacceptableCredential, 'Salt must not be empty');
    if (saltedPassword.length !== hashOf(mechanism)?.keyBytes) {
      return refused(ErrorCode.unacceptableCredential, 'The salted password is not of the length of the hash');
    }
  }
  return undefined;
}

function hashOf(mechanism: number): ScramHash | undefined {
  return SCRAM_HASHES.find(({ number }) => number === mechanism);
}
