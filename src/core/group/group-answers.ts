import type { GroupError } from './group-error.js';
import { NO_BYTES } from './group-membership.js';
import type { JoinAnswer, SyncAnswer } from './group-requests.js';

/** The answer of a join that is not let in. `memberId`: the asker's own, or the one to join with. */
export function refusedJoin(error: GroupError, memberId: string): JoinAnswer {
  return {
    error,
    memberId,
    generation: -1,
    protocolType: null,
    protocol: null,
    leader: '',
    skipAssignment: false,
    members: [],
  };
}

/** The answer of a sync that gets no assignment. */
export function refusedSync(error: GroupError): SyncAnswer {
  return { error, protocolType: null, protocol: null, assignment: NO_BYTES };
}
