import { type Definitions, SqsFront } from '../protocols/sqs/index.js';
import { readConfigFile } from './config-file.js';
import { OptionError } from './option-error.js';
import type { ServerOptions } from './options.js';
import type { Front } from './parts.js';
import type { BrokerShell } from './shell.js';
import { sqsAccess } from './sqs-access.js';
import { translate } from './translate.js';

export function sqsFront(shell: BrokerShell, options: ServerOptions): Front {
  const { definitions: file } = options;
  return new SqsFront({
    host: shell.host,
    translate,
    receiptKey: shell.secret,
    account: options.sqsAccount,
    region: options.sqsRegion,
    separation: options.sqsNamespaces,
    cooldowns: options.sqsCooldowns === 'on',
    access: () => sqsAccess(options),
    definitions: file === undefined ? undefined : definitionsIn(file),
  });
}

function definitionsIn(file: string): Definitions {
  return {
    read: () => readConfigFile(file),
    refusal: (reason) => new OptionError(`The definitions file ${file} cannot be applied: ${reason}.`),
  };
}
