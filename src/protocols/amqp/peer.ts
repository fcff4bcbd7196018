/** Who is at the other end of a socket. */
export interface Peer {
  /** As the socket names it, or the proxy in front of it did. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** The user whom its certificate names; undefined when it showed none that is trusted. */
  readonly certificateUser: string | undefined;
}
