import type { BrokerParts } from './parts.js';

/** The parts of the product. */
export const parts: BrokerParts = {
  createEngine: () => {
    throw new Error('no storage engine has landed yet');
  },
  openShell: () => Promise.reject(new Error('no shell has landed yet')),
  fronts: [],
};
