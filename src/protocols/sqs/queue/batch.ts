import { ServiceError } from '../wire/service-error.js';
import { flag, listOf, optional, required, structure, text, type ValueOf } from '../wire/shape.js';
import { maxMessageBytes } from './queue-attribute.js';

const maxEntries = 10;
const entryId = /^[A-Za-z0-9_-]{1,80}$/;

/** BatchResultErrorEntry of the service model. */
export const batchFailure = structure({
  Id: required(text),
  SenderFault: required(flag),
  Code: required(text),
  Message: optional(text),
});

export const batchFailures = listOf(batchFailure);

/** Checks what a batch is before any of its entries is looked at: how many there are, and their ids. */
export function checkBatch(entries: readonly { readonly Id: string }[], entryName: string): void {
  if (entries.length === 0) {
    throw new ServiceError('EmptyBatchRequest', `There should be at least one ${entryName} in the request.`);
  }
  if (entries.length > maxEntries) {
    throw new ServiceError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${maxEntries}. You have sent ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (!entryId.test(Id)) {
      throw new ServiceError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
  }
  for (const { Id } of entries) {
    if (seen.has(Id)) throw new ServiceError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    seen.add(Id);
  }
}

/** Checks the size of a whole batch, bodies and attributes, in bytes. It does not depend on the queue's own limit. */
export function checkBatchBytes(bytes: number): void {
  if (bytes <= maxMessageBytes) return;
  throw new ServiceError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${maxMessageBytes} bytes. You have sent ${bytes} bytes.`,
  );
}

/** How one entry's failure is told. */
export function failureOf(id: string, error: ServiceError): ValueOf<typeof batchFailure> {
  return { Id: id, SenderFault: error.fault === 'Sender', Code: error.code, Message: error.message };
}

/** Does each entry of a batch; one that throws is a failure of its own. */
export function runBatch<E extends { readonly Id: string }>(
  entries: readonly E[],
  each: (entry: E) => void,
  serviceErrorOf: (error: unknown) => ServiceError,
): {
  readonly Successful: readonly { readonly Id: string }[];
  readonly Failed: readonly ValueOf<typeof batchFailure>[];
} {
  const Successful: { Id: string }[] = [];
  const Failed: ValueOf<typeof batchFailure>[] = [];
  for (const entry of entries) {
    try {
      each(entry);
      Successful.push({ Id: entry.Id });
    } catch (error) {
      Failed.push(failureOf(entry.Id, serviceErrorOf(error)));
    }
  }
  return { Successful, Failed };
}
