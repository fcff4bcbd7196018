import { ChannelError } from './amqp-error.js';
import { decodeProperties } from './basic-properties.js';
import { textOf, typeName } from './declared-arguments.js';
import type { FieldTable, FieldValue } from './field-table.js';
import type { ContentBytes } from './frame-writer.js';

/** The header by which a publisher marks a message for filters. */
const valueHeader = 'x-stream-filter-value';

/** Which messages of a stream a consumer wants: those marked with one of some values, and perhaps those without a mark. */
export class StreamFilter {
  private readonly values: ReadonlySet<string>;
  private readonly matchUnfiltered: boolean;

  constructor(values: ReadonlySet<string>, matchUnfiltered: boolean) {
    this.values = values;
    this.matchUnfiltered = matchUnfiltered;
  }

  /** Is the message one of them? Exactly those: RabbitMQ looks at chunks, and leaves the rest to its clients. */
  wants({ properties, propertiesStart, propertiesEnd }: ContentBytes): boolean {
    const bytes = Buffer.from(properties.buffer, properties.byteOffset, properties.length);
    const mark = decodeProperties(bytes, propertiesStart, propertiesEnd).headers?.get(valueHeader);
    if (mark?.type !== 'S') return this.matchUnfiltered;
    return this.values.has(mark.value.toString('utf8'));
  }
}

/**
 * Reads `x-stream-filter`, a text or a list of them, and `x-stream-match-unfiltered` of basic.consume; undefined when
 * every message is wanted. @throws ChannelError 406
 */
export function readStreamFilter(args: FieldTable, resource: string): StreamFilter | undefined {
  const fail = (key: string, field: FieldValue): never => {
    throw new ChannelError(
      'PRECONDITION_FAILED',
      `invalid arg '${key}' for ${resource}: {unacceptable_type,${typeName(field)}}`,
    );
  };
  const filter = args.get('x-stream-filter');
  if (filter === undefined) return undefined;
  const texts = (filter.type === 'A' ? filter.value : [filter]).map(
    (field) => textOf(field) ?? fail('x-stream-filter', field),
  );
  const unfiltered = args.get('x-stream-match-unfiltered');
  if (unfiltered !== undefined && unfiltered.type !== 't') fail('x-stream-match-unfiltered', unfiltered);
  return new StreamFilter(new Set(texts), unfiltered?.type === 't' && unfiltered.value);
}
