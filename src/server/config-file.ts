import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { OptionError } from './option-error.js';

/**
 * The table of a config file: TOML when its name ends in `.toml`, JSON otherwise. Throws {@link OptionError} when it
 * cannot be read or understood.
 */
export async function readConfigFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const source = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code ?? error.message})`;
    throw new OptionError(`The config file ${path} ${reason}.`);
  });
  const table = extname(path) === '.toml' ? await parseToml(path, source) : parseJson(path, source);
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new OptionError(`The config file ${path} must hold one object with option names as keys.`);
  }
  return table as Readonly<Record<string, unknown>>;
}

function parseJson(path: string, source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw notUnderstood(path, 'JSON', error);
  }
}

async function parseToml(path: string, source: string): Promise<unknown> {
  // Loaded only when there is such a file: it costs 8 ms of start-up.
  const { parse } = await import('smol-toml');
  try {
    return parse(source);
  } catch (error) {
    throw notUnderstood(path, 'TOML', error);
  }
}

function notUnderstood(path: string, format: string, error: unknown): OptionError {
  const [firstLine] = (error as Error).message.split('\n', 1);
  return new OptionError(`The config file ${path} is not valid ${format}: ${firstLine}.`);
}
