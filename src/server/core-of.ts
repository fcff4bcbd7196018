import { BrokerCore } from '../core/index.js';
import type { BrokerShell } from './shell.js';

/** The shell shows the core by the face that the fronts need; administrators need more of it. */
export function coreOf({ host }: BrokerShell): BrokerCore {
  if (host.broker instanceof BrokerCore) return host.broker;
  throw new TypeError('the host has another core');
}
