/** What handlers may know of the connection that a request came by. */
export interface ClientConnection {
  /** Where clients are told to find this broker: as configured, or else the address that this client dialled. */
  readonly advertisedHost: string;
  readonly advertisedPort: number;
  /** The client's address, as groups display it. */
  readonly remoteAddress: string;
  /** The authenticated user, or the one for anonymous clients. */
  user: string;
  /** What ApiVersions told about the client's library, for the operator's eyes. */
  software: string;
  readonly authentication: Authentication;
  /** Stops reading requests until the returned function is called. */
  holdReading(): () => void;
  /** Calls back once, when the connection is over. */
  onClosed(callback: () => void): void;
  /** Ends the connection; `reason` is logged. */
  fail(reason: string): void;
}

/** How far a client has come in proving who it is. */
export interface Authentication {
  /** Whether requests are served. */
  done: boolean;
  /** The chosen SASL mechanism, while it is under way. */
  mechanism: string | undefined;
  /** After SaslHandshake v0 the client sends bare tokens instead of requests. */
  rawTokens: boolean;
}
