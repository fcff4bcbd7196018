import { rabbitmq } from '../servers/rabbitmq-server.js';
import { rosettamq } from '../servers/rosettamq-server.js';
import { type Suite, selected } from '../suite.js';
import { backlogShape, measureBacklog } from './backlog.js';
import { emptyShape, measureEmpty } from './empty-server.js';

const fullBacklog = 10_000_000;
const quickBacklog = 200_000;

/** What a server needs to start and to wait: alone, and with a long queue. */
export const memorySuite: Suite = {
  name: 'memory',
  async run(settings, ledger) {
    const kinds = [rosettamq, rabbitmq].filter((kind) => {
      const reason = kind.unavailable();
      if (reason !== undefined) ledger.skip(`${kind.contender} in the memory suite`, reason);
      return reason === undefined;
    });
    if (selected(settings, emptyShape)) await measureEmpty(kinds, settings, ledger);
    if (selected(settings, backlogShape)) {
      const messages = settings.backlog ?? (settings.quick ? quickBacklog : fullBacklog);
      await measureBacklog(kinds, messages, settings, ledger);
    }
  },
};
