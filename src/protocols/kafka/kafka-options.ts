/** How a listener proves to clients who it is, and asks them: PEM texts. */
export interface TlsOptions {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Whoever signed the clients' certificates; undefined: clients show none. */
  readonly ca?: string | Buffer | undefined;
}

export interface KafkaOptions {
  /** Tells clients this address instead of the one they dialled. With several nodes it is the first one's. */
  readonly advertisedHost?: string | undefined;
  readonly advertisedPort?: number | undefined;
  /** Whether asking for a topic by name creates it. */
  readonly autoCreateTopics: boolean;
  /** Partitions of a topic whose creator does not say. */
  readonly defaultPartitions: number;
  /** How many nodes clients are told of, each on a port of its own. */
  readonly nodes: number;
  /** The first one's id. */
  readonly firstNodeId: number;
  /** The user that clients are without SASL; undefined: SASL is required. */
  readonly anonymousUser: string | undefined;
  /** Whether clients of other machines need no SASL either. */
  readonly anonymousFromAnywhere: boolean;
  /** After this long a client must authenticate again (connections.max.reauth.ms); 0: never. */
  readonly maxSessionMs: number;
  /** How tokens of OAUTHBEARER are checked; undefined: there is no such mechanism. */
  readonly bearer: BearerOptions | undefined;
  readonly maxRequestBytes: number;
  /** The most that one fetch answers with, beyond a first batch of any size. */
  readonly maxFetchBytes: number;
  readonly idleTimeoutMs: number;
}

export interface BearerOptions {
  /** Where the keys are that tokens are signed with: a URL or a file's path; `unsecured` takes tokens without one. */
  readonly keys: string;
  readonly audience?: string | undefined;
  readonly issuer?: string | undefined;
  /** The claim that names the user. */
  readonly userClaim: string;
}

/** The values are Kafka's own (socket.request.max.bytes, fetch.max.bytes, connections.max.idle.ms, num.partitions). */
export const KAFKA_DEFAULTS: KafkaOptions = {
  autoCreateTopics: true,
  defaultPartitions: 1,
  nodes: 1,
  firstNodeId: 1,
  anonymousUser: 'guest',
  anonymousFromAnywhere: false,
  maxSessionMs: 0,
  bearer: undefined,
  maxRequestBytes: 100 * 1024 * 1024,
  maxFetchBytes: 55 * 1024 * 1024,
  idleTimeoutMs: 600_000,
};

/** A client that has proved nothing yet has no reason to send more. */
export const MAX_UNAUTHENTICATED_REQUEST_BYTES = 512 * 1024;

/** The virtual host that Kafka clients see. */
export const VIRTUAL_HOST = '/';
