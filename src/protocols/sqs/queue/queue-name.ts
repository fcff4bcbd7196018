import { invalidParameter } from '../wire/service-error.js';

const standardName = /^[A-Za-z0-9_-]{1,80}$/;
const fifoName = /^[A-Za-z0-9_-]{1,75}\.fifo$/;

/** Checks the name of a queue to be created (CreateQueue). Throws InvalidParameterValue with the service's wording. */
export function checkQueueName(name: string, fifo: boolean): void {
  if (fifo ? fifoName.test(name) : standardName.test(name)) return;
  throw invalidParameter(
    fifo
      ? 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length'
      : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  );
}
