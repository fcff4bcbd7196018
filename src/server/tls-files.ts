import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { OptionError } from './option-error.js';
import { type OptionKey, optionName, type ServerOptions } from './options.js';

/** What every TLS listener of the broker uses, as PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Who may sign clients' certificates; undefined: clients are asked for none. */
  readonly ca: Buffer | undefined;
}

/**
 * Reads what `--tls-cert`, `--tls-key` and `--tls-ca` name; undefined when there is no certificate. Throws OptionError
 * when one is missing that the others need, when one cannot be read, or when they do not fit together.
 */
export async function readTlsFiles(options: ServerOptions): Promise<TlsFiles | undefined> {
  const { tlsCert, tlsKey, tlsCa } = options;
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) throw new OptionError('--tls-cert and --tls-key go together.');
  const files = {
    cert: await readPem('tlsCert', tlsCert),
    key: await readPem('tlsKey', tlsKey),
    ca: tlsCa === undefined ? undefined : await readPem('tlsCa', tlsCa),
  };
  try {
    createSecureContext(files);
  } catch (error) {
    throw new OptionError(`The TLS files cannot be used: ${(error as Error).message}.`);
  }
  return files;
}

async function readPem(key: OptionKey, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new OptionError(`--${optionName(key)} ${path} cannot be read: ${(error as Error).message}.`);
  }
}
