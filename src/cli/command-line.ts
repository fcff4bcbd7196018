import { parseArgs } from 'node:util';
import { OptionError } from '../server/option-error.js';
import { optionName, optionNames, OPTION_KEYS } from '../server/options.js';
import { unknownName } from '../server/resolve-options.js';

export const COMMANDS = ['start', 'verify'] as const;

/** What the command line asks for. */
export interface CommandLine {
  readonly command: (typeof COMMANDS)[number] | 'help' | 'version';
  /** By option name, without the dashes. */
  readonly flags: ReadonlyMap<string, string>;
  readonly configFile: string | undefined;
}

/** Flags beside the broker's options. */
const OTHER_FLAGS = {
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** Reads the arguments after the program's name. Throws OptionError with a sentence for what it does not know. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...OTHER_FLAGS, ...Object.fromEntries(OPTION_KEYS.map((key) => [optionName(key), { type: 'string' }])) },
    // Not strict, because the sentences of the strict mode are not for those who use a command.
    strict: false,
    tokens: true,
  });
  const flags = new Map<string, string>();
  let command: CommandLine['command'] = 'start';
  let commandGiven = false;
  let configFile: string | undefined;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      const known = COMMANDS.find((name) => name === token.value);
      if (known === undefined) throw unknownName(token.value, 'command', [...COMMANDS, 'ctl']);
      if (commandGiven) throw new OptionError(`One command at a time: ${token.value} is one too many.`);
      commandGiven = true;
      command = known;
    } else if (token.name === 'help' || token.name === 'version') {
      return { command: token.name, flags, configFile };
    } else if (token.name === 'config') {
      configFile = valueOf(token);
    } else {
      const names = optionNames();
      if (!names.includes(token.name)) {
        throw unknownName(
          token.rawName,
          'option',
          [...names, 'config', 'help', 'version'].map((name) => `--${name}`),
        );
      }
      flags.set(token.name, valueOf(token));
    }
  }
  return { command, flags, configFile };
}

function valueOf(token: { rawName: string; value: string | undefined; inlineValue: boolean | undefined }): string {
  const { rawName, value, inlineValue } = token;
  // `--host --amqp-port 0` forgot the host: the next flag is not its value.
  if (value === undefined || (inlineValue === false && value.startsWith('--'))) {
    throw new OptionError(`${rawName} needs a value.`);
  }
  return value;
}
