import { invalidParameter } from '../wire/service-error.js';

const maxTags = 50;
const maxKeyLength = 128;
const maxValueLength = 256;

/** Checks the tags that a queue would have (developer guide, "Cost allocation tags"). Throws InvalidParameterValue. */
export function checkTags(tags: ReadonlyMap<string, string>): void {
  if (tags.size > maxTags) throw invalidParameter(`Too many tags added for queue. The maximum is ${maxTags}.`);
  for (const [key, value] of tags) {
    if (key === '' || key.length > maxKeyLength)
      throw invalidParameter(`Tag keys must be between 1 and ${maxKeyLength} characters in length.`);
    if (value.length > maxValueLength)
      throw invalidParameter(`Tag values must be between 0 and ${maxValueLength} characters in length.`);
  }
}
