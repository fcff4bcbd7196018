import { readFile, writeFile } from 'node:fs/promises';
import type { AdminAnswers } from './admin-session.js';

const FOLDER = new URL('../../../test/compatibility/', import.meta.url);
const RESULTS = new URL('results.json', FOLDER);
const ELASTICMQ = new URL('elasticmq-answers.json', FOLDER);
const RABBITMQ = new URL('rabbitmq-answers.json', FOLDER);
const RABBITMQ_ADMIN = new URL('rabbitmq-admin-answers.json', FOLDER);
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
  readonly admin: AdminAnswers;
  /** Answers to the points in which servers for SQS differ. */
  readonly sqsPoints: Answers;
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

/** What an ElasticMQ answered to the points of SQS. */
export interface ElasticmqAnswers {
  readonly version: string;
  readonly answers: Answers;
}

export async function readElasticmqAnswers(): Promise<ElasticmqAnswers> {
  return JSON.parse(await readFile(ELASTICMQ, 'utf8')) as ElasticmqAnswers;
}

export function writeElasticmqAnswers(answers: ElasticmqAnswers): Promise<void> {
  return writeFile(ELASTICMQ, `${JSON.stringify(answers, null, 2)}\n`);
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

/** What a RabbitMQ's management plugin answered to the same probes. */
export interface RabbitmqAdminAnswers {
  readonly version: string;
  readonly answers: AdminAnswers;
}

export async function readRabbitmqAdminAnswers(): Promise<RabbitmqAdminAnswers> {
  return JSON.parse(await readFile(RABBITMQ_ADMIN, 'utf8')) as RabbitmqAdminAnswers;
}

export function writeRabbitmqAdminAnswers(answers: RabbitmqAdminAnswers): Promise<void> {
  return writeFile(RABBITMQ_ADMIN, `${JSON.stringify(answers, null, 2)}\n`);
}
