import { readFile, writeFile } from 'node:fs/promises';

const FOLDER = new URL('../../../test/compatibility/', import.meta.url);
const RESULTS = new URL('results.json', FOLDER);
const RABBITMQ = new URL('rabbitmq-answers.json', FOLDER);
export const PAGE = new URL('../../docs/compatibility.md', FOLDER);

/** What was answered, by the name of the probe. */
export type Answers = Readonly<Record<string, string>>;

export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

export interface KafkaResults {
  /** What ApiVersions says, by API key. */
  readonly advertised: Readonly<Record<string, VersionRange>>;
  /** What a request gets whose API key is not advertised. */
  readonly unadvertised: Answers;
  /** What a request gets in a version above the advertised range of its key. */
  readonly newer: Answers;
  /** What Produce gets in the versions that are advertised for old clients to see, and which Kafka itself dropped. */
  readonly oldProduce: Answers;
}

export interface SqsAnswers {
  readonly json: string;
  readonly query: string;
}

/** What the quick probes saw: they give the same on every machine. */
export interface ProbeResults {
  readonly amqp: Answers;
  readonly kafka: KafkaResults;
  readonly sqs: Readonly<Record<string, SqsAnswers>>;
  readonly sns: Answers;
}

/** What a client's tests said when the page was made. */
export interface ClientResult {
  readonly version: string | null;
  readonly passed: number;
}

export interface Results extends ProbeResults {
  readonly clients: Readonly<Record<string, ClientResult>>;
}

/** What a RabbitMQ answered to the probes of AMQP. */
export interface RabbitmqAnswers {
  readonly version: string;
  readonly plugins: string;
  readonly answers: Answers;
}

export async function readResults(): Promise<Results> {
  return JSON.parse(await readFile(RESULTS, 'utf8')) as Results;
}

export function writeResults(results: Results): Promise<void> {
  return writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}

export async function readRabbitmqAnswers(): Promise<RabbitmqAnswers> {
  return JSON.parse(await readFile(RABBITMQ, 'utf8')) as RabbitmqAnswers;
}

export function writeRabbitmqAnswers(answers: RabbitmqAnswers): Promise<void> {
  return writeFile(RABBITMQ, `${JSON.stringify(answers, null, 2)}\n`);
}
