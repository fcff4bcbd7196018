import type { Authentication } from '../security/authentication.js';

/** What handlers may know of the connection that a request came by. */
export interface ClientConnection {
  /** The id of the node that the client dialled. */
  readonly node: number;
  /** Where the nodes listen, in their order. */
  readonly nodePorts: readonly number[];
  /** Where clients are told to find this broker: as configured, or else the address that this client dialled. */
  readonly advertisedHost: string;
  readonly advertisedPort: number;
  /** Whether the client speaks TLS. */
  readonly encrypted: boolean;
  /** The client's address, as groups display it. */
  readonly remoteAddress: string;
  /** The authenticated user, or the one whose permissions anonymous clients have. */
  readonly user: string;
  /** The same as access control lists name it: `User:` and a name. */
  readonly principal: string;
  /** What ApiVersions told about the client's library, for the operator's eyes. */
  software: string;
  readonly authentication: Authentication;
  /** Stops reading requests until the returned function is called. */
  holdReading(): () => void;
  /** Calls back once, when the connection is over. */
  onClosed(callback: () => void): void;
  /** Ends the connection; `reason` is logged. */
  fail(reason: string): void;
  /** The same, when all that is settled by then has been sent; nothing more is read. */
  endAfterAnswers(reason: string): void;
}
