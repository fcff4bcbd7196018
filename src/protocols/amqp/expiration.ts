import { ChannelError } from './amqp-error.js';

/** Ten years: RabbitMQ's bound for times to live. */
const longestMs = 315_360_000_000;

/** The time to live in the expiration property, a decimal string of ms. @throws ChannelError 406 in RabbitMQ's words */
export function readExpiration(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit < 0 || digit > 9) return refuse(bytes.toString('utf8', start, end));
    value = value * 10 + digit;
  }
  if (end === start || value > longestMs) return refuse(bytes.toString('utf8', start, end));
  return value;
}

function refuse(text: string): never {
  let reason = 'no_integer';
  if (/^-\d+$/.test(text)) reason = `{value_negative,${text}}`;
  else if (/^\d+$/.test(text)) reason = `{value_too_large,${text}}`;
  else if (/^-?\d/.test(text)) reason = `{leftover_string,"${text.replace(/^-?\d+/, '')}"}`;
  throw new ChannelError('PRECONDITION_FAILED', `invalid expiration '${text}': ${reason}`);
}
