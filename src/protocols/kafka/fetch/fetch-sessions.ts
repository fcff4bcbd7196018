import { ErrorCode } from '../error-code.js';
import type { fetch } from '../schema/fetch.js';
import type { RequestOf } from '../wire/api.js';
import { FetchSession } from './fetch-session.js';
import type { FetchView } from './fetch-view.js';

type Request = RequestOf<typeof fetch>;

/** The epoch of a request that opens no session, and ends the one that it names. */
const NO_SESSION = -1;
/** The epoch of a request that names everything and asks for a session. */
const FIRST = 0;
const LAST_EPOCH = 0x7fff_ffff;
const LAST_ID = 0x7fff_ffff;

/** What a fetch is about, or the code of the error that answers it. */
export type OpenedFetch =
  | { readonly view: FetchView; readonly errorCode: 0 }
  | { readonly view: undefined; readonly errorCode: number };

/**
 * Fetch sessions (KIP-227): a client names its partitions once, and from then on only what changes; so does the answer.
 * They live as long as the process; a client whose session is gone is told so and begins anew.
 */
export class FetchSessions {
  /** The one that was not used for the longest time is first. */
  readonly #sessions = new Map<number, FetchSession>();
  readonly #slots: number;
  #lastId = Math.floor(Math.random() * LAST_ID);

  /** @param slots Kafka's max.incremental.fetch.session.cache.slots */
  constructor(slots = 1000) {
    this.#slots = slots;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * What the request asks for, with what its session remembers.
   *
   * @param byId whether topics are named by their ids
   */
  open(request: Request, byId: boolean): OpenedFetch {
    const { sessionId, sessionEpoch, topics } = request;
    if (sessionEpoch === NO_SESSION || sessionEpoch === FIRST) {
      this.#sessions.delete(sessionId);
      if (sessionEpoch === NO_SESSION || topics.length === 0) return opened(fullView(request));
      const session = new FetchSession(this.#freshId(), byId);
      this.#add(session);
      session.update(topics, []);
      return opened(session.fullView());
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return refused(ErrorCode.fetchSessionIdNotFound);
    if (session.epoch !== sessionEpoch) return refused(ErrorCode.invalidFetchSessionEpoch);
    if (session.byId !== byId) return refused(ErrorCode.fetchSessionTopicIdError);
    session.epoch = sessionEpoch === LAST_EPOCH ? 1 : sessionEpoch + 1;
    session.update(topics, request.forgottenTopicsData);
    this.#sessions.delete(sessionId);
    // A session about nothing is over.
    if (session.isEmpty) return opened({ ...session.incrementalView(), sessionId: 0 });
    this.#sessions.set(sessionId, session);
    return opened(session.incrementalView());
  }

  #add(session: FetchSession): void {
    if (this.#sessions.size >= this.#slots) {
      const [oldest] = this.#sessions.keys();
      this.#sessions.delete(oldest);
    }
    this.#sessions.set(session.id, session);
  }

  #freshId(): number {
    do this.#lastId = this.#lastId >= LAST_ID ? 1 : this.#lastId + 1;
    while (this.#sessions.has(this.#lastId));
    return this.#lastId;
  }
}

function fullView({ topics }: Request): FetchView {
  return { sessionId: 0, topics, shows: () => true };
}

function opened(view: FetchView): OpenedFetch {
  return { view, errorCode: ErrorCode.none };
}

function refused(errorCode: number): OpenedFetch {
  return { view: undefined, errorCode };
}
