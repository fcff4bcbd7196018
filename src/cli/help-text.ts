import { environmentName, OPTIONS, OPTION_KEYS, optionName } from '../server/options.js';

/** What `--help` prints, from the option table. */
export function helpText(version: string): string {
  const rows = OPTION_KEYS.map((key) => {
    const { placeholder, help, default: fallback } = OPTIONS[key];
    return {
      usage: `--${optionName(key)} ${placeholder}`,
      help: fallback === undefined ? help : `${help} [${fallback}]`,
      variable: environmentName(key),
    };
  });
  rows.push({
    usage: '--config FILE',
    help: 'JSON or TOML with option names as keys',
    variable: environmentName('config'),
  });
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  const lines = rows.flatMap(({ usage, help, variable }) => [
    `  ${usage.padEnd(width)}  ${help}`,
    `  ${' '.repeat(width)}  ${variable}`,
  ]);
  return `rosettamq ${version}: one durable broker for RabbitMQ, Kafka and SQS clients

Usage: rosettamq [start] [options]            run a broker until it is told to stop
       rosettamq verify [--data-dir DIR]      check every checksum in a data directory
       rosettamq ctl [options] COMMAND        administer a broker that runs, with rabbitmqctl's commands
       rosettamq --help | --version

Options, their defaults and environment variables; flag over environment over file over default:
${lines.join('\n')}

A port of 0 picks a free one; off closes that front.
`;
}
