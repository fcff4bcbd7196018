import type { ClientConnection } from './connection/client-connection.js';

/** The first node's id: it is the controller, and the only node unless more were asked for. */
export const FIRST_NODE_ID = 1;

export interface NodeAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

type Dialled = Pick<ClientConnection, 'node' | 'nodePorts' | 'advertisedHost' | 'advertisedPort'>;

/**
 * The nodes that clients are told of. There is one process behind all of them, and each serves everything; more than
 * one exist for clients and scripts that expect a cluster. Ids count up from {@link FIRST_NODE_ID}, as do their ports.
 */
export class Nodes {
  readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  get ids(): number[] {
    return Array.from({ length: this.count }, (_, index) => FIRST_NODE_ID + index);
  }

  has(nodeId: number): boolean {
    return nodeId >= FIRST_NODE_ID && nodeId < FIRST_NODE_ID + this.count;
  }

  /** All nodes, by the address that the client dialled for one of them. */
  seenFrom(dialled: Dialled): NodeAddress[] {
    return this.ids.map((nodeId) => this.addressOf(nodeId, dialled));
  }

  /** One node. Where the dialled port is not the one that is listened on, all ports are taken to be moved alike. */
  addressOf(nodeId: number, { node, nodePorts, advertisedHost: host, advertisedPort }: Dialled): NodeAddress {
    if (nodeId === node) return { nodeId, host, port: advertisedPort };
    const moved = advertisedPort - nodePorts[node - FIRST_NODE_ID];
    return { nodeId, host, port: nodePorts[nodeId - FIRST_NODE_ID] + moved };
  }

  /** Who leads a partition, as clients are told: partitions are spread evenly. */
  leaderOf(topicId: string, partitionIndex: number): number {
    return this.replicasOf(topicId, partitionIndex, 1)[0];
  }

  /** The nodes that a partition is said to be on, its leader first. */
  replicasOf(topicId: string, partitionIndex: number, replicationFactor: number): number[] {
    const first = (Number.parseInt(topicId.slice(0, 8), 16) || 0) + partitionIndex;
    const copies = Math.min(replicationFactor, this.count);
    return Array.from({ length: copies }, (_, copy) => FIRST_NODE_ID + ((first + copy) % this.count));
  }
}
