import { randomBytes } from 'node:crypto';

/** `queue 'q' in vhost '/'`, as RabbitMQ's reply texts name things. */
export function named(kind: 'queue' | 'exchange', name: string, virtualHost: string): string {
  return `${kind} '${name}' in vhost '${virtualHost}'`;
}

/** A name as it is used: line breaks removed, as RabbitMQ does with every name that it declares. */
export function cleanName(name: string): string {
  return /[\r\n]/.test(name) ? name.replaceAll(/[\r\n]/g, '') : name;
}

/** A fresh name such as `amq.gen-…` with 128 random bits. */
export function generatedName(prefix: string): string {
  return prefix + randomBytes(16).toString('base64url');
}

export const reservedPrefix = 'amq.';
