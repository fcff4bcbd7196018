import type {
  GroupCoordinator,
  Host,
  JoinAnswer,
  JoinRequest,
  SyncAnswer,
  SyncRequest,
  Transactions,
} from '../../../core/index.js';
import type { GroupAccess, GroupAnswers } from './group-access.js';

/** The coordinator's commands with their answers where a handler expects them: in a callback, once stable. */
export class GroupCalls implements GroupAnswers {
  readonly #host: Host;
  readonly #access: GroupAccess;
  readonly #joins = new Map<number, (answer: JoinAnswer) => void>();
  readonly #syncs = new Map<number, (answer: SyncAnswer) => void>();
  #lastToken = 0;

  constructor(host: Host, access: GroupAccess) {
    this.#host = host;
    this.#access = access;
    access.answerTo(this);
  }

  get coordinator(): GroupCoordinator {
    return this.#access.coordinator;
  }

  get transactions(): Transactions {
    return this.#access.transactions;
  }

  join(request: Omit<JoinRequest, 'token'>, answered: (answer: JoinAnswer) => void): void {
    const token = ++this.#lastToken;
    this.#joins.set(token, answered);
    this.coordinator.join({ ...request, token }, this.#host.broker.nowMs);
  }

  sync(request: Omit<SyncRequest, 'token'>, answered: (answer: SyncAnswer) => void): void {
    const token = ++this.#lastToken;
    this.#syncs.set(token, answered);
    this.coordinator.sync({ ...request, token }, this.#host.broker.nowMs);
  }

  joined(token: number, answer: JoinAnswer): void {
    const answered = this.#joins.get(token);
    this.#joins.delete(token);
    if (answered !== undefined) this.whenStored(() => answered(answer));
  }

  synced(token: number, answer: SyncAnswer): void {
    const answered = this.#syncs.get(token);
    this.#syncs.delete(token);
    if (answered !== undefined) this.whenStored(() => answered(answer));
  }

  /** The same with all that transactions have decided. */
  whenTransactionsStored(callback: () => void): void {
    this.#host.whenStable(this.#host.broker.flush, callback);
  }

  /** Calls back when everything that the coordinator has decided up to now will outlive a crash. */
  whenStored(callback: () => void): void {
    this.#host.whenStable(this.#access.storedIn, callback);
  }
}
