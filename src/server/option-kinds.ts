import { OptionError } from './option-error.js';

/** How the text of an option becomes its value. `parse` throws {@link OptionError} with the end of a sentence. */
export interface OptionKind<T> {
  /** What stands for the value in the help text. */
  readonly placeholder: string;
  readonly parse: (text: string) => T;
}

const HIGHEST_PORT = 65_535;

/** Any text but the empty one. */
export function text(placeholder: string): OptionKind<string> {
  return {
    placeholder,
    parse: (value) => {
      if (value === '') throw new OptionError('must not be empty');
      return value;
    },
  };
}

/** A TCP port; 0 picks a free one, `off` closes the front. */
export const port: OptionKind<number | 'off'> = {
  placeholder: 'PORT',
  parse: (value) => {
    if (value === 'off') return 'off';
    if (!/^\d{1,5}$/.test(value) || Number(value) > HIGHEST_PORT) {
      throw new OptionError(`must be a port from 0 to ${HIGHEST_PORT}, or off`);
    }
    return Number(value);
  },
};

/** A whole number, both bounds included. */
export function wholeNumber(min: number, max: number): OptionKind<number> {
  return {
    placeholder: 'NUMBER',
    parse: (value) => {
      const number = /^\d{1,15}$/.test(value) ? Number(value) : -1;
      if (number < min || number > max) throw new OptionError(`must be a whole number from ${min} to ${max}`);
      return number;
    },
  };
}

/** An AWS account. */
export const account: OptionKind<string> = {
  placeholder: 'ACCOUNT',
  parse: (value) => {
    if (!/^\d{12}$/.test(value)) throw new OptionError('must be twelve digits');
    return value;
  },
};

/** One of a closed list of words. */
export function oneOf<const T extends string>(...words: readonly T[]): OptionKind<T> {
  return {
    placeholder: words.join('|'),
    parse: (value) => {
      const word = words.find((candidate) => candidate === value);
      if (word === undefined) throw new OptionError(`must be ${listed(words)}`);
      return word;
    },
  };
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
