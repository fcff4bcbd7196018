import { invalid } from '../sns-error.js';

interface Statement {
  readonly Sid?: unknown;
}

interface Policy {
  readonly Statement?: readonly Statement[];
}

const actionNames = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
];
const allowedActions: ReadonlySet<string> = new Set([...actionNames, 'Receive', '*']);

/** The policy of a topic that nobody set one for. It is shown, and nothing is enforced by it: all clients here are one account. */
export function standardPolicy(arn: string, account: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: actionNames.map((name) => `SNS:${name}`),
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  });
}

/** The policy with a statement more. Throws InvalidParameter. */
export function withStatement(
  policyText: string,
  arn: string,
  sid: string,
  accounts: readonly string[],
  actions: readonly string[],
): string {
  if (actions.some((action) => !allowedActions.has(action))) {
    throw invalid('Policy statement action out of service scope!');
  }
  const policy = JSON.parse(policyText) as Policy;
  const statements = statementsOf(policy);
  if (statements.some(({ Sid }) => Sid === sid)) throw invalid('Statement already exists');
  const statement = {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrAll(actions.map((action) => `SNS:${action}`)),
    Resource: arn,
  };
  return JSON.stringify({ ...policy, Statement: [...statements, statement] });
}

/** The policy without the statement of that label. */
export function withoutStatement(policyText: string, sid: string): string {
  const policy = JSON.parse(policyText) as Policy;
  return JSON.stringify({ ...policy, Statement: statementsOf(policy).filter(({ Sid }) => Sid !== sid) });
}

function statementsOf({ Statement }: Policy): readonly Statement[] {
  return Array.isArray(Statement)
    ? (Statement as readonly unknown[]).filter((each): each is Statement => typeof each === 'object' && each !== null)
    : [];
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? values[0] : values;
}
