import type { ConsumerReport } from '../../core/index.js';
import type { Channel } from './channel.js';
import { keepArguments } from './declared-arguments.js';
import type { MethodArguments } from './method-codec.js';

/** What is told about a consumer that begins. */
export function consumerReport(
  channel: Channel,
  queue: string,
  { noAck, exclusive, arguments: table }: MethodArguments<'basic.consume'>,
): Omit<ConsumerReport, 'tag'> {
  return {
    queue,
    acknowledges: !noAck,
    exclusive,
    prefetch: noAck ? 0 : channel.prefetch,
    arguments: keepArguments(table).arguments,
  };
}
