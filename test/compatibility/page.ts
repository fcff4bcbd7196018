import { reasonFor } from '../suites/reasons.js';
import { countOf, readSuiteResult } from '../suites/suite-result.js';
import { suites } from '../suites/suites.js';
import { situations } from '../amqp/golden/situations.js';
import type { AdminAnswers } from './admin-session.js';
import { type AdminProbe, adminProbes, nameOf } from './admin-probes.js';
import { amqpGroups } from './amqp-probes.js';
import type { AmqpProbe } from './amqp-session.js';
import { clients } from './clients.js';
import { type KafkaApi, kafkaApis } from './kafka-apis.js';
import type { ElasticmqAnswers, RabbitmqAdminAnswers, RabbitmqAnswers, Results, VersionRange } from './results.js';
import { snsActions, snsStrangers } from './sns-actions.js';
import { sqsActions, sqsStrangers } from './sqs-actions.js';
import { sqsPoints } from './sqs-points.js';

/** What the peers answered to the same probes. */
export interface PeerAnswers {
  readonly rabbitmq: RabbitmqAnswers;
  readonly rabbitmqAdmin: RabbitmqAdminAnswers;
  readonly elasticmq: ElasticmqAnswers;
}

/** docs/compatibility.md, made from what the probes saw and from the reasons beside them. */
export function compatibilityPage(results: Results, { rabbitmq, rabbitmqAdmin, elasticmq }: PeerAnswers): string {
  const lines = [
    '# What is compatible',
    '',
    'This page is made by `npm run compatibility`: it starts the broker, asks it everything that stands here, and writes',
    'down the answers (`test/compatibility/results.json`). `npm test` asks again and compares. Only the reasons and the goals',
    'are written by hand, beside the probes.',
    '',
    ...amqpSection(results, rabbitmq),
    ...goldenSection(),
    ...adminSection(results, rabbitmqAdmin),
    ...kafkaSection(results),
    ...sqsSection(results),
    ...pointSection(results, elasticmq),
    ...snsSection(results),
    ...clientSection(results),
    ...suiteSection(),
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

/** What a RabbitMQ was seen to do, frame by frame; `npm test` plays all of it. */
function goldenSection(): string[] {
  const different = situations.filter(({ ours }) => ours !== undefined);
  const lines = (shown: readonly string[] | undefined) => (shown ?? []).map(code).join('<br>') || 'nothing';
  const same = situations.length - different.length;
  return [
    '### Situations',
    '',
    `${situations.length} situations that were played against a RabbitMQ 3.10.8 frame by frame (\`test/amqp/golden/\`).`,
    `${same} are answered alike, ${different.length} otherwise, on purpose:`,
    '',
    ...table(
      ['', 'situation', 'RosettaMQ', 'RabbitMQ 3.10.8', 'why'],
      different.map(({ id, about, ours, rabbitmq, why }) => {
        // what both say is left out
        const [here, there] = [ours ?? [], rabbitmq];
        return [
          id,
          about,
          lines(here.filter((line) => !there.includes(line))),
          lines(there.filter((line) => !here.includes(line))),
          why ?? '-',
        ];
      }),
    ),
  ];
}

function adminSection({ admin }: Results, { version, answers }: RabbitmqAdminAnswers): string[] {
  const row = (probe: AdminProbe): string[] => {
    const name = nameOf(probe);
    const [ours, theirs] = [admin[name], answers[name]];
    const missing = missingFields(admin, answers, name);
    return [
      code(name),
      String(ours.status),
      ours.status === theirs.status ? 'the same' : String(theirs.status),
      missing.length === 0 ? '-' : missing.join(', '),
      probe.why ?? '-',
    ];
  };
  return [
    '## The admin API',
    '',
    `Put to a fresh broker one after the other, and to the management plugin of a RabbitMQ ${version}. The fields are those`,
    'that RabbitMQ answers and RosettaMQ does not, of a list those of its first item.',
    '',
    ...table(['request', 'RosettaMQ', `RabbitMQ ${version}`, 'fields that are missing', 'why'], adminProbes.map(row)),
  ];
}

/** What the other broker tells and ours does not. */
export function missingFields(ours: AdminAnswers, theirs: AdminAnswers, name: string): string[] {
  const told = ours[name].fields.split(', ');
  return theirs[name].fields.split(', ').filter((field) => field !== '' && !told.includes(field));
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

function pointSection({ sqsPoints: ours }: Results, { version, answers }: ElasticmqAnswers): string[] {
  const mark = (answer: string, service: string): string => (answer === service ? 'as the service' : code(answer));
  return [
    '### Points in which servers for SQS differ',
    '',
    `What the service answers is taken from its documentation and from recordings of it. The same was asked of an ElasticMQ ${version}`,
    'in its default settings.',
    '',
    ...table(
      ['point', 'the service', 'RosettaMQ', `ElasticMQ ${version}`],
      sqsPoints.map(({ name, service }) => [
        name,
        code(service),
        mark(ours[name], service),
        mark(answers[name], service),
      ]),
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

/** The clients' own tests, as `npm run suite` wrote down what they said. */
function suiteSection(): string[] {
  const rows: string[][] = [];
  const failures: string[][] = [];
  for (const suite of suites) {
    const result = readSuiteResult(suite);
    if (result === undefined) continue;
    const counts = (['passed', 'failed', 'skipped'] as const).map((outcome) => String(countOf(result, outcome)));
    rows.push([suite.name, suite.repository, result.commit.slice(0, 10), suite.covers, ...counts]);
    const failed = Object.keys(result.tests).filter((test) => result.tests[test] === 'failed');
    for (const test of failed) failures.push([suite.name, code(test), reasonFor(suite.name, test) ?? '-']);
  }
  return [
    "## Clients' own tests",
    '',
    'The tests that a client has for itself, run from a checkout of its project against a broker started for them',
    '(`npm run suite`). `test/suites/results/` has what each of them said. Skipped is what the project itself skips.',
    '',
    ...table(['client', 'repository', 'commit', 'tests', 'passed', 'failed', 'skipped'], rows),
    ...(failures.length === 0 ? [] : table(['client', 'failed test', 'why'], failures)),
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
