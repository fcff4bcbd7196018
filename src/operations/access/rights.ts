import { notAuthorised } from '../http/failure.js';

/** What a tag makes of a user: each in the list has also what stands before it, policymaker and monitoring apart. */
export type Right = 'anyone' | 'management' | 'policymaker' | 'monitoring' | 'administrator';

const TAGS: Readonly<Record<Exclude<Right, 'anyone'>, readonly string[]>> = {
  management: ['administrator', 'monitoring', 'policymaker', 'management'],
  policymaker: ['administrator', 'policymaker'],
  monitoring: ['administrator', 'monitoring'],
  administrator: ['administrator'],
};

const REFUSALS: Readonly<Record<Exclude<Right, 'anyone'>, string>> = {
  management: 'Not management user',
  policymaker: 'User not authorised to access object',
  monitoring: 'Not monitor user',
  administrator: 'Not administrator user',
};

/** Whether somebody with these tags has the right (https://www.rabbitmq.com/docs/management#permissions). */
export function has(tags: readonly string[], right: Right): boolean {
  return right === 'anyone' || TAGS[right].some((tag) => tags.includes(tag));
}

/** @throws Failure 401 */
export function assertRight(tags: readonly string[], right: Right): void {
  if (right !== 'anyone' && !has(tags, right)) throw notAuthorised(REFUSALS[right]);
}
