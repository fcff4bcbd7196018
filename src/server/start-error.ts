import { StorageError } from '../core/index.js';
import { type FrontName, PORT_OPTION } from './parts.js';
import { optionName, type ServerOptions } from './options.js';

/** The broker could not start. Its message is one sentence that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Why the data directory could not be opened; other errors are returned as they are. */
export function storageStartError(error: unknown, options: ServerOptions): unknown {
  if (!(error instanceof StorageError)) return error;
  const directory = `The data directory ${options.dataDir}`;
  switch (error.kind) {
    case 'locked':
      return refusal(
        `${directory} is in use by another broker; stop that one or choose another with --data-dir.`,
        error,
      );
    case 'newer-format':
      return refusal(`${directory} was written by a newer RosettaMQ and is left untouched; start that version.`, error);
    case 'not-writable':
      return refusal(`${directory} cannot be written: ${error.message}.`, error);
    default:
      return refusal(`${directory} could not be opened: ${error.message}.`, error);
  }
}

/** Why a front could not listen; other errors are returned as they are. */
export function listenStartError(error: unknown, front: FrontName, label: string, options: ServerOptions): unknown {
  const key = PORT_OPTION[front];
  const flag = `--${optionName(key)}`;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const place = `${host}:${options[key]}`;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return refusal(
        `${label} cannot listen on ${place} because the port is taken; choose another with ${flag}, or ${flag} 0 for a free one.`,
        error,
      );
    case 'EACCES':
      return refusal(`${label} may not listen on ${place}; choose a port above 1023 with ${flag}.`, error);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return refusal(`${label} cannot listen on ${place} because this machine has no such address; see --host.`, error);
    default:
      return error;
  }
}

function refusal(sentence: string, cause: unknown): StartError {
  return new StartError(sentence, { cause });
}
