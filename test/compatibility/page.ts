import { amqpGroups } from './amqp-probes.js';
import type { AmqpProbe } from './amqp-session.js';
import { clients } from './clients.js';
import { type KafkaApi, kafkaApis } from './kafka-apis.js';
import type { RabbitmqAnswers, Results, VersionRange } from './results.js';
import { snsActions, snsStrangers } from './sns-actions.js';
import { sqsActions, sqsStrangers } from './sqs-actions.js';

/** docs/compatibility.md, made from what the probes saw and from the reasons beside them. */
export function compatibilityPage(results: Results, rabbitmq: RabbitmqAnswers): string {
  const lines = [
    '# What is compatible',
    '',
    'This page is made by `npm run compatibility`: it starts the broker, asks it everything that stands here, and writes',
    'down the answers (`test/compatibility/results.json`). `npm test` asks again and compares. Only the reasons and the goals',
    'are written by hand, beside the probes.',
    '',
    ...amqpSection(results, rabbitmq),
    ...kafkaSection(results),
    ...sqsSection(results),
    ...snsSection(results),
    ...clientSection(results),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function amqpSection(results: Results, { version, plugins, answers }: RabbitmqAnswers): string[] {
  const row = ({ name, why }: AmqpProbe): string[] => {
    const ours = results.amqp[name];
    return [name, code(ours), ours === answers[name] ? 'the same' : code(answers[name]), why ?? '-'];
  };
  return [
    '## AMQP 0-9-1',
    '',
    `The same probes were put to a RabbitMQ ${version}; its column shows where it answers otherwise. Its plugins were:`,
    `${plugins}.`,
    '',
    '"No answer" is what methods without an answer get when they are accepted. That a declaration is answered',
    'does not say what it does: `test/amqp/` tests that.',
    '',
    ...amqpGroups.flatMap(({ title, probes }) => [
      `### ${title}`,
      '',
      ...table(['probe', 'RosettaMQ', `RabbitMQ ${version}`, 'why'], probes.map(row)),
    ]),
  ];
}

function kafkaSection({ kafka }: Results): string[] {
  const row = ({ key, name, goal, why }: KafkaApi): string[] => {
    const range = kafka.advertised[key];
    const answer = range === undefined ? `not advertised: ${kafka.unadvertised[key]}` : shown(range);
    return [String(key), name, answer, goal ?? '-', why ?? '-'];
  };
  const newer = new Map<string, string[]>();
  for (const [key, answer] of Object.entries(kafka.newer)) newer.set(answer, [...(newer.get(answer) ?? []), key]);
  return [
    '## Kafka',
    '',
    'The ranges are what ApiVersions answers. The goal is what the clients in use and the tools of Kafka 4.2 ask for. A key',
    'that is not advertised was asked for in version 0.',
    '',
    ...table(['key', 'API', 'RosettaMQ', 'goal', 'why'], kafkaApis.map(row)),
    'A version above the range:',
    '',
    ...table(
      ['keys', 'answer'],
      [...newer].map(([answer, keys]) => [keys.length > 1 ? 'all others' : keys.join(', '), answer]),
    ),
    'Produce is advertised from version 0, since old librdkafka finds out by it what may be compressed. Asked for in the',
    'versions that Kafka 4 dropped:',
    '',
    ...table(
      ['Produce version', 'answer'],
      Object.entries(kafka.oldProduce).map(([version, answer]) => [version, answer]),
    ),
  ];
}

function sqsSection({ sqs }: Results): string[] {
  return [
    '## SQS',
    '',
    'Every action of the service, in both forms of the protocol.',
    '',
    ...table(
      ['action', 'JSON form', 'query form', 'why'],
      [...sqsActions, ...sqsStrangers].map(({ name, why }) => [
        name,
        code(sqs[name].json),
        code(sqs[name].query),
        why ?? '-',
      ]),
    ),
  ];
}

function snsSection({ sns }: Results): string[] {
  return [
    '## SNS',
    '',
    'Every action of the service, in the one form that it has.',
    '',
    ...table(
      ['action', 'RosettaMQ', 'why'],
      [...snsActions, ...snsStrangers].map(({ name, why }) => [name, code(sns[name]), why ?? '-']),
    ),
  ];
}

function clientSection(results: Results): string[] {
  return [
    '## Clients',
    '',
    'Unmodified clients, and how many of their tests passed when `npm run compatibility` last ran them; with `--quick` it',
    'does not. A client that is no npm package is skipped where it is not installed.',
    '',
    ...table(
      ['client', 'version', 'tests passed', 'what they cover'],
      clients.map(({ name, covers }) => {
        const { version, passed } = results.clients[name];
        if (version === null) return [name, '-', 'not run: not installed where this page was made', covers];
        return [name, version, String(passed), covers];
      }),
    ),
  ];
}

export function shown({ min, max }: VersionRange): string {
  return `${min}-${max}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

function code(answer: string): string {
  return `\`${answer.replaceAll('|', '\\|')}\``;
}
