import { CtlError, EXIT } from './ctl-error.js';

/** What stands behind `rosettamq ctl`. */
export interface CtlArguments {
  /** The verb and its arguments. */
  readonly words: readonly string[];
  readonly url: string | undefined;
  readonly virtualHost: string;
  readonly quiet: boolean;
  readonly silent: boolean;
  readonly headers: boolean;
  readonly formatter: string | undefined;
  readonly timeoutMs: number | undefined;
  /** Options that belong to the verb. */
  readonly flags: ReadonlyMap<string, string>;
}

const SHORT: Readonly<Record<string, string>> = {
  p: 'vhost',
  n: 'node',
  q: 'quiet',
  s: 'silent',
  t: 'timeout',
  l: 'longnames',
};
const WITHOUT_VALUE = new Set([
  'quiet',
  'silent',
  'no-table-headers',
  'longnames',
  'online',
  'offline',
  'local',
  'help',
]);

/**
 * Options may stand anywhere, as with rabbitmqctl; a word that begins with a dash and a letter is one. After `--` there
 * are none. @throws CtlError 64
 */
export function parseCtlArguments(args: readonly string[]): CtlArguments {
  const words: string[] = [];
  const options = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === '--') {
      words.push(...args.slice(at + 1));
      break;
    }
    const name = optionName(word);
    if (name === undefined) {
      words.push(word);
      continue;
    }
    const equals = name.indexOf('=');
    if (equals >= 0) options.set(name.slice(0, equals), name.slice(equals + 1));
    else if (WITHOUT_VALUE.has(name)) options.set(name, 'true');
    else {
      const value = args[++at];
      if (value === undefined) throw new CtlError(EXIT.usage, `${word} needs a value.`);
      options.set(name, value);
    }
  }
  return settled(options.has('help') ? ['help'] : words, options);
}

function optionName(word: string): string | undefined {
  if (/^--[a-z]/.test(word)) return word.slice(2);
  return /^-[a-z]$/.test(word) ? (SHORT[word.slice(1)] ?? word.slice(1)) : undefined;
}

function settled(words: readonly string[], options: Map<string, string>): CtlArguments {
  const take = (name: string): string | undefined => {
    const value = options.get(name);
    options.delete(name);
    return value;
  };
  for (const ignored of ['node', 'longnames', 'online', 'offline', 'local']) options.delete(ignored);
  const timeout = take('timeout');
  const timeoutMs = timeout === undefined || timeout === 'infinity' ? undefined : Number(timeout) * 1000;
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) throw new CtlError(EXIT.usage, '--timeout is a number of seconds');
  return {
    words,
    url: take('url'),
    virtualHost: take('vhost') ?? '/',
    quiet: take('quiet') !== undefined,
    silent: take('silent') !== undefined,
    headers: take('no-table-headers') === undefined,
    formatter: take('formatter'),
    timeoutMs,
    flags: options,
  };
}
