import { ErrorCode } from '../error-code.js';
import type { ClientConnection } from '../connection/client-connection.js';
import { ShareSession } from './share-session.js';

/** Kafka's group.share.max.share.sessions. */
const MAX_SESSIONS = 2_000;
const OPENING_EPOCH = 0;
const CLOSING_EPOCH = -1;

export type FoundSession =
  | { readonly session: ShareSession; readonly isLast: boolean; readonly errorCode: 0 }
  | { readonly session: undefined; readonly errorCode: number };

/** The share sessions of all members. One ends with its connection, and what it holds goes back. */
export class ShareSessions {
  readonly #sessions = new Map<string, ShareSession>();
  readonly #byConnection = new Map<ClientConnection, Set<string>>();
  /** Gives back what a session holds that is over. */
  readonly #ended: (session: ShareSession) => void;

  constructor(ended: (session: ShareSession) => void) {
    this.#ended = ended;
  }

  /** The session of a request with this epoch: 0 opens one, in the place of an older one, -1 is the last of it. */
  enter(connection: ClientConnection, groupId: string, memberId: string, epoch: number): FoundSession {
    const key = keyOf(connection, groupId, memberId);
    if (epoch === OPENING_EPOCH) {
      this.#end(key);
      if (this.#sessions.size >= MAX_SESSIONS) {
        return { session: undefined, errorCode: ErrorCode.shareSessionLimitReached };
      }
      const session = new ShareSession(connection, groupId);
      this.#sessions.set(key, session);
      this.#keysOf(connection).add(key);
      return { session, isLast: false, errorCode: ErrorCode.none };
    }
    const session = this.#sessions.get(key);
    if (session === undefined) return { session: undefined, errorCode: ErrorCode.shareSessionNotFound };
    if (epoch === CLOSING_EPOCH) return { session, isLast: true, errorCode: ErrorCode.none };
    if (epoch !== session.epoch) return { session: undefined, errorCode: ErrorCode.invalidShareSessionEpoch };
    session.advance();
    return { session, isLast: false, errorCode: ErrorCode.none };
  }

  close(connection: ClientConnection, groupId: string, memberId: string): void {
    this.#end(keyOf(connection, groupId, memberId));
  }

  #end(key: string): void {
    const session = this.#sessions.get(key);
    if (session === undefined) return;
    this.#sessions.delete(key);
    this.#byConnection.get(session.connection)?.delete(key);
    this.#ended(session);
  }

  #keysOf(connection: ClientConnection): Set<string> {
    let keys = this.#byConnection.get(connection);
    if (keys === undefined) {
      keys = new Set();
      this.#byConnection.set(connection, keys);
      connection.onClosed(() => {
        for (const key of this.#byConnection.get(connection) ?? []) this.#end(key);
        this.#byConnection.delete(connection);
      });
    }
    return keys;
  }
}

/** A member has a session with each node that it dialled. */
function keyOf({ advertisedPort }: ClientConnection, groupId: string, memberId: string): string {
  return `${advertisedPort}/${groupId.length}/${groupId}/${memberId}`;
}
