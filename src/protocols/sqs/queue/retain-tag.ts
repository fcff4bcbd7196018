import { invalidParameter } from '../wire/service-error.js';

/** The tag that makes a new queue one that keeps what was in it, for readers by offset: `true`, or for how long, in ms. */
const retainTag = 'rosettamq:retain';

/** How long the queue's records are kept, ms; -1: without limit by time; undefined: a plain queue. Throws InvalidParameterValue. */
export function retainMsOf(tags: ReadonlyMap<string, string>): number | undefined {
  const value = tags.get(retainTag);
  if (value === undefined || value === 'false') return undefined;
  if (value === 'true') return -1;
  if (/^[1-9][0-9]{0,14}$/.test(value)) return Number(value);
  throw invalidParameter(`The tag ${retainTag} must be true, false or a number of milliseconds.`);
}
