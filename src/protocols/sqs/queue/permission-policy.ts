import { invalidValue, ServiceError } from '../wire/service-error.js';

/** As AddPermission writes a policy. What else a policy holds is kept as it is. */
interface Policy {
  Statement?: { Sid?: unknown }[];
}

const maxActions = 7;
const label = /^[A-Za-z0-9_-]{1,80}$/;
const accountId = /^[0-9]{12}$/;
const actionNames: ReadonlySet<string> = new Set([
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
]);

/**
 * The policy with a statement that lets the accounts do the actions. It is kept and shown, and nothing is enforced by it: all clients here
 * are one account. Throws InvalidParameterValue and OverLimit.
 */
export function withPermission(
  policyText: string | undefined,
  queueArn: string,
  sid: string,
  accounts: readonly string[],
  actions: readonly string[],
): string {
  if (!label.test(sid)) {
    throw invalidValue(
      'Label',
      sid,
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  }
  if (actions.length > maxActions) {
    throw new ServiceError('OverLimit', `${actions.length} Actions were found, maximum allowed is ${maxActions}.`);
  }
  for (const action of actions) {
    if (!actionNames.has(action)) {
      throw invalidValue(
        'ActionName',
        `SQS:${action}`,
        'Please refer to the appropriate WSDL for a list of valid actions.',
      );
    }
  }
  for (const account of accounts) {
    if (!accountId.test(account)) throw invalidValue('PrincipalId', account, 'Unable to verify.');
  }
  const policy = readPolicy(policyText) ?? { Version: '2008-10-17', Id: `${queueArn}/SQSDefaultPolicy`, Statement: [] };
  const statements = policy.Statement ?? [];
  if (statements.some(({ Sid }) => Sid === sid)) throw invalidValue('Label', sid, 'Already exists.');
  const statement = {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrAll(actions.map((action) => `SQS:${action}`)),
    Resource: queueArn,
  };
  return JSON.stringify({ ...policy, Statement: [...statements, statement] });
}

/** The policy without the statement of that label; undefined when it was the last one. Throws InvalidParameterValue. */
export function withoutPermission(policyText: string | undefined, sid: string): string | undefined {
  const policy = readPolicy(policyText);
  const statements = policy?.Statement ?? [];
  const kept = statements.filter(({ Sid }) => Sid !== sid);
  if (kept.length === statements.length) throw invalidValue('Label', sid, "can't find label.");
  return kept.length === 0 ? undefined : JSON.stringify({ ...policy, Statement: kept });
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? values[0] : values;
}

/** A policy that a client set may be any JSON; what is no list of statements counts as none. */
function readPolicy(text: string | undefined): Policy | undefined {
  if (text === undefined) return undefined;
  const policy: unknown = JSON.parse(text);
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) return undefined;
  const { Statement } = policy as Policy;
  const statements = Array.isArray(Statement)
    ? Statement.filter((each) => typeof each === 'object' && each !== null)
    : [];
  return { ...policy, Statement: statements };
}
