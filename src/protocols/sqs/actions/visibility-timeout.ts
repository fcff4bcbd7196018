import { invalidValue } from '../wire/service-error.js';

const maxSeconds = 43_200;

/** Throws InvalidParameterValue when it is no VisibilityTimeout, in seconds. */
export function checkVisibilityTimeout(seconds: number): void {
  if (seconds < 0 || seconds > maxSeconds) {
    throw invalidValue('VisibilityTimeout', seconds, `Must be >= 0 and <= ${maxSeconds}, if provided.`);
  }
}
