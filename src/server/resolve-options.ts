import { readConfigFile } from './config-file.js';
import { nearestName } from './nearest-name.js';
import { OptionError } from './option-error.js';
import {
  environmentName,
  OPTION_KEYS,
  OPTIONS,
  type OptionKey,
  optionName,
  optionNames,
  optionOfName,
  type ServerOptions,
} from './options.js';

/** What was set for an option, and where, for the sentence about a bad value. */
interface Setting {
  readonly value: unknown;
  readonly place: string;
}

type Settings = Map<OptionKey, Setting>;

export interface OptionSources {
  /** By option name, without the dashes. Names are known to be right. */
  readonly flags: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The value of `--config`, if it was given; the environment variable is looked up here. */
  readonly configFile: string | undefined;
}

/**
 * Flag over environment over file over default. Throws {@link OptionError} for values that are not valid, unknown
 * keys of the file and a file that cannot be read. An environment variable that is set but empty counts as not set.
 */
export async function resolveOptions(sources: OptionSources): Promise<ServerOptions> {
  const settings: Settings = new Map();
  const file = sources.configFile ?? (sources.environment[environmentName('config')] || undefined);
  if (file !== undefined) await addFile(settings, file);
  for (const key of OPTION_KEYS) {
    const variable = environmentName(key);
    const fromEnvironment = sources.environment[variable];
    if (fromEnvironment !== undefined && fromEnvironment !== '') {
      settings.set(key, { value: fromEnvironment, place: variable });
    }
    const fromFlag = sources.flags.get(optionName(key));
    if (fromFlag !== undefined) settings.set(key, { value: fromFlag, place: `--${optionName(key)}` });
  }
  return complete(settings);
}

/** The same checks for options that a program passes; what is absent or undefined has its default. */
export function checkOptions(given: { readonly [K in OptionKey]?: ServerOptions[K] | undefined }): ServerOptions {
  const settings: Settings = new Map();
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(OPTIONS, key)) throw unknownName(key, 'option of createBroker()', OPTION_KEYS);
    if (value !== undefined) settings.set(key as OptionKey, { value, place: key });
  }
  return complete(settings);
}

/** The sentence about a name that nobody declared. */
export function unknownName(name: string, what: string, known: readonly string[]): OptionError {
  const nearest = nearestName(name, known);
  return new OptionError(`There is no ${what} ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
}

async function addFile(settings: Settings, path: string): Promise<void> {
  for (const [name, value] of Object.entries(await readConfigFile(path))) {
    const key = optionOfName(name);
    if (key === undefined) throw unknownName(name, `option (named in ${path})`, optionNames());
    settings.set(key, { value, place: `${name} in ${path}` });
  }
}

function complete(settings: Settings): ServerOptions {
  const values: Partial<Record<OptionKey, unknown>> = {};
  for (const key of OPTION_KEYS) {
    const setting = settings.get(key);
    values[key] = setting === undefined ? OPTIONS[key].default : parsed(key, setting);
  }
  return values as ServerOptions;
}

function parsed(key: OptionKey, { value, place }: Setting): unknown {
  try {
    if (typeof value !== 'string' && typeof value !== 'number') throw new OptionError('must be a text or a number');
    return OPTIONS[key].parse(String(value));
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    // A password is not repeated into terminals and logs.
    const shown = key === 'defaultPassword' ? '' : `, not ${JSON.stringify(value)}`;
    throw new OptionError(`${place} ${error.message}${shown}.`);
  }
}
