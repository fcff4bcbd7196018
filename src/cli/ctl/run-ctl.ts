import { text } from 'node:stream/consumers';
import { nearestName } from '../../server/nearest-name.js';
import { OptionError } from '../../server/option-error.js';
import { resolveOptions } from '../../server/resolve-options.js';
import { accessVerbs } from './access-verbs.js';
import { type AdminAddress, AdminClient } from './admin-client.js';
import { parseCtlArguments } from './ctl-arguments.js';
import { CtlError, EXIT } from './ctl-error.js';
import { listingVerbs } from './listing-verbs.js';
import { nodeVerbs } from './node-verbs.js';
import { formatted, formatterNamed } from './output.js';
import { policyAndLimitVerbs } from './policy-verbs.js';
import { queueVerbs } from './queue-verbs.js';
import type { Verb } from './verb.js';

const VERBS: readonly Verb[] = [...nodeVerbs, ...listingVerbs, ...queueVerbs, ...accessVerbs, ...policyAndLimitVerbs];

/** Does what a verb of rabbitmqctl asks for, over the admin API. The answer is the exit code, which is rabbitmqctl's. */
export async function runCtl(args: readonly string[]): Promise<number> {
  try {
    await run(args);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof CtlError || error instanceof OptionError)) throw error;
    process.stderr.write(`Error:\n${error.message}\n`);
    return error instanceof CtlError ? error.exitCode : EXIT.usage;
  }
}

async function run(given: readonly string[]): Promise<void> {
  const parsed = parseCtlArguments(given);
  const [name, ...args] = parsed.words;
  if (name === undefined || name === 'help') {
    process.stdout.write(helpText());
    return;
  }
  const verb = verbNamed(name);
  const unknown = [...parsed.flags.keys()].find((flag) => verb.flags?.includes(flag) !== true);
  if (unknown !== undefined) throw usage(verb, `--${unknown} is not an option of ${name}.`);
  if (args.length < verb.least) throw usage(verb, 'not enough arguments.');
  if (args.length > verb.most) throw usage(verb, 'too many arguments.');
  const formatter = formatterNamed(parsed.formatter ?? 'table');
  const call = {
    client: new AdminClient(await addressOf(parsed.url)),
    virtualHost: parsed.virtualHost,
    args,
    flags: parsed.flags,
    timeoutMs: parsed.timeoutMs,
    input: () => text(process.stdin),
  };
  const quiet = parsed.quiet || parsed.silent || formatter !== 'table';
  const intro = quiet ? '' : (verb.intro?.(call) ?? '');
  if (intro !== '') process.stdout.write(`${intro}\n`);
  const output = await verb.run(call);
  process.stdout.write(formatted(output, formatter, !parsed.silent && parsed.headers, parsed.silent));
}

function verbNamed(name: string): Verb {
  const verb = VERBS.find((each) => each.name === name);
  if (verb !== undefined) return verb;
  const nearest = nearestName(
    name,
    VERBS.map((each) => each.name),
  );
  const hint = nearest === undefined ? '' : `\nDid you mean '${nearest}'?`;
  throw new CtlError(EXIT.usage, `Command '${name}' not found.${hint}`);
}

function usage({ name, usage: words }: Verb, what: string): CtlError {
  return new CtlError(
    EXIT.usage,
    `(argument validation): ${what}\n\nUsage\n\nrosettamq ctl ${name} ${words}`.trimEnd(),
  );
}

/** As it was given, or where a broker with the same environment listens. */
async function addressOf(given: string | undefined): Promise<AdminAddress> {
  const { host, adminPort, defaultUser, defaultPassword } = await resolveOptions({
    flags: new Map(),
    environment: process.env,
    configFile: undefined,
  });
  const everywhere = host === '0.0.0.0' || host === '::';
  const own = `http://${everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${adminPort}`;
  let url: URL;
  try {
    url = new URL(given ?? process.env['ROSETTAMQ_ADMIN_URL'] ?? own);
  } catch {
    throw new CtlError(EXIT.usage, `${given ?? own} is no address of an admin API`);
  }
  return {
    url: url.origin,
    user: url.username === '' ? defaultUser : decodeURIComponent(url.username),
    password: url.password === '' ? defaultPassword : decodeURIComponent(url.password),
  };
}

function helpText(): string {
  const verbs = VERBS.map(({ name, usage: words }) => `  ${name} ${words}`.trimEnd());
  return `Usage: rosettamq ctl [options] <command> [arguments]

rabbitmqctl's commands, over the admin API of a broker that runs.

Options:
  --url URL               the admin API, http://user:password@host:port; or ROSETTAMQ_ADMIN_URL
  -p, --vhost VHOST       the virtual host [/]
  -q, --quiet             no line that says what is done
  -s, --silent            no names of columns either
  --formatter NAME        table, json, csv or pretty_table
  --no-table-headers      no names of columns
  -t, --timeout SECONDS   how long await_startup waits
  -n, --node NODE         accepted, because scripts have it, and of no meaning

Commands:
${verbs.join('\n')}
`;
}
