import { required, structure, text, type ValueOf } from '../../wire/shape.js';
import { invalid, SnsError } from '../sns-error.js';

export const tag = structure({ Key: required(text), Value: required(text) });

const maxTags = 50;
const maxKeyLength = 128;
const maxValueLength = 256;

/** By key. Throws InvalidParameter when one comes twice. */
export function tagsOf(tags: readonly ValueOf<typeof tag>[]): Record<string, string> {
  const byKey = new Map(tags.map(({ Key, Value }) => [Key, Value]));
  if (byKey.size < tags.length) throw invalid('Duplicated keys are not allowed.');
  return Object.fromEntries(byKey);
}

/** Checks the tags that a topic would have. Throws TagLimitExceeded, InvalidParameter. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > maxTags)
    throw new SnsError('TagLimitExceeded', `Could not complete request: tag quota of per resource exceeded`);
  for (const [key, value] of entries) {
    if (key === '' || key.length > maxKeyLength)
      throw invalid(`Tags Reason: a key has 1 to ${maxKeyLength} characters`);
    if (value.length > maxValueLength) throw invalid(`Tags Reason: a value has at most ${maxValueLength} characters`);
  }
}
