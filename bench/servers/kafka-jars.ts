import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder with the jars of org.apache.kafka:kafka_2.13 and kafka-tools and what they depend on, an slf4j logger among
 * it: `mvn dependency:copy-dependencies` makes one.
 */
const folder = process.env['KAFKA_JARS'] ?? '';

/** Why Apache Kafka and its tools cannot be run; undefined when they can. */
export function kafkaIsMissing(): string | undefined {
  if (!existsSync(folder)) return 'KAFKA_JARS names no folder';
  return readdirSync(folder).some((file) => file.startsWith('kafka_2.13-'))
    ? undefined
    : 'KAFKA_JARS has no kafka_2.13';
}

/** What `java` is to be called with to run a class of Kafka's. */
export function kafkaArguments(heap: string, className: string, ...args: readonly string[]): string[] {
  return [`-Xmx${heap}`, '-cp', join(folder, '*'), className, ...args];
}
