interface ShapeBase {
  readonly name: string;
  /** Servers that keep everything in memory are left out where it would not fit. */
  readonly peers: boolean;
}

/** Sends for a time, one by one or ten at once. */
export interface SendShape extends ShapeBase {
  readonly kind: 'send';
  readonly bodyBytes: number;
  readonly connections: number;
  /** Messages in one request. */
  readonly entries: number;
}

/** Fills a queue, then receives ten and deletes ten until it is empty. */
export interface DrainShape extends ShapeBase {
  readonly kind: 'drain';
  readonly depth: number;
  /** All in one group of a FIFO queue. */
  readonly fifo: boolean;
}

/** Sends at a fixed rate to pollers that wait, and takes the time from the send to the receive. */
export interface LatencyShape extends ShapeBase {
  readonly kind: 'latency';
  readonly perSecond: number;
  readonly pollers: number;
}

/** Pollers that wait for nothing: what they cost the server. */
export interface IdleShape extends ShapeBase {
  readonly kind: 'idle';
  readonly pollers: number;
}

export type SqsShape = SendShape | DrainShape | LatencyShape | IdleShape;

const sends: SendShape[] = [];
for (const [size, bodyBytes] of [
  ['100B', 100],
  ['1KB', 1024],
] as const) {
  for (const connections of [16, 1, 64]) {
    const name = connections === 16 ? `sqs ${size}` : `sqs ${size} c${connections}`;
    sends.push({ kind: 'send', name, bodyBytes, connections, entries: 1, peers: true });
  }
  sends.push({ kind: 'send', name: `sqs ${size} batch`, bodyBytes, connections: 16, entries: 10, peers: true });
}

/** What `npm run bench -- sqs` runs, in this order. */
export const sqsShapes: readonly SqsShape[] = [
  ...sends,
  { kind: 'latency', name: 'sqs latency', perSecond: 500, pollers: 4, peers: true },
  { kind: 'drain', name: 'sqs drain 1K', depth: 1_000, fifo: false, peers: true },
  { kind: 'drain', name: 'sqs drain 100K', depth: 100_000, fifo: false, peers: true },
  { kind: 'drain', name: 'sqs drain 1M', depth: 1_000_000, fifo: false, peers: false },
  { kind: 'drain', name: 'sqs fifo 10K', depth: 10_000, fifo: true, peers: true },
  { kind: 'drain', name: 'sqs fifo 100K', depth: 100_000, fifo: true, peers: false },
  { kind: 'idle', name: 'sqs idle pollers', pollers: 1_000, peers: true },
];
