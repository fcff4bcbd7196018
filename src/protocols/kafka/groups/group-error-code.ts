import type { GroupError } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';

const CODES: Readonly<Record<GroupError, number>> = {
  none: ErrorCode.none,
  'invalid-group-id': ErrorCode.invalidGroupId,
  'invalid-session-timeout': ErrorCode.invalidSessionTimeout,
  'inconsistent-protocol': ErrorCode.inconsistentGroupProtocol,
  'member-id-required': ErrorCode.memberIdRequired,
  'unknown-member': ErrorCode.unknownMemberId,
  'fenced-instance': ErrorCode.fencedInstanceId,
  'illegal-generation': ErrorCode.illegalGeneration,
  'rebalance-in-progress': ErrorCode.rebalanceInProgress,
  'group-not-found': ErrorCode.groupIdNotFound,
  'group-not-empty': ErrorCode.nonEmptyGroup,
  'subscribed-to-topic': ErrorCode.groupSubscribedToTopic,
  'metadata-too-large': ErrorCode.offsetMetadataTooLarge,
  'unstable-offset': ErrorCode.unstableOffsetCommit,
  'offset-out-of-range': ErrorCode.offsetOutOfRange,
  'invalid-request': ErrorCode.invalidRequest,
  'invalid-pattern': ErrorCode.invalidRegularExpression,
  'fenced-member-epoch': ErrorCode.fencedMemberEpoch,
  'unreleased-instance': ErrorCode.unreleasedInstanceId,
  'unsupported-assignor': ErrorCode.unsupportedAssignor,
  'stale-member-epoch': ErrorCode.staleMemberEpoch,
};

export function groupErrorCode(error: GroupError): number {
  return CODES[error];
}
