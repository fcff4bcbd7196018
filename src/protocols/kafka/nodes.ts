import { createHash } from 'node:crypto';
import type { ClientConnection } from './connection/client-connection.js';

export interface NodeAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

type Dialled = Pick<ClientConnection, 'node' | 'nodePorts' | 'advertisedHost' | 'advertisedPort'>;

/**
 * The nodes that clients are told of. There is one process behind all of them, and each serves everything; more than
 * one exist for clients and scripts that expect a cluster. Ids count up, as do their ports.
 */
export class Nodes {
  readonly count: number;
  /** The first node is the controller, and the only one unless more were asked for. */
  readonly firstId: number;

  constructor(count: number, firstId = 1) {
    this.count = count;
    this.firstId = firstId;
  }

  get ids(): number[] {
    return Array.from({ length: this.count }, (_, index) => this.firstId + index);
  }

  has(nodeId: number): boolean {
    return nodeId >= this.firstId && nodeId < this.firstId + this.count;
  }

  /** All nodes, by the address that the client dialled for one of them. */
  seenFrom(dialled: Dialled): NodeAddress[] {
    return this.ids.map((nodeId) => this.addressOf(nodeId, dialled));
  }

  /** One node. Where the dialled port is not the one that is listened on, all ports are taken to be moved alike. */
  addressOf(nodeId: number, { node, nodePorts, advertisedHost: host, advertisedPort }: Dialled): NodeAddress {
    if (nodeId === node) return { nodeId, host, port: advertisedPort };
    const moved = advertisedPort - nodePorts[node - this.firstId];
    return { nodeId, host, port: nodePorts[nodeId - this.firstId] + moved };
  }

  /** Who coordinates a group or a transactional id, as clients are told: always the same one. */
  coordinatorOf(key: string): number {
    return this.firstId + (createHash('sha1').update(key).digest().readUInt32BE(0) % this.count);
  }

  /** Who leads a partition, as clients are told: partitions are spread evenly. */
  leaderOf(topicId: string, partitionIndex: number): number {
    return this.replicasOf(topicId, partitionIndex, 1)[0];
  }

  /** The nodes that a partition is said to be on, its leader first. */
  replicasOf(topicId: string, partitionIndex: number, replicationFactor: number): number[] {
    const first = (Number.parseInt(topicId.slice(0, 8), 16) || 0) + partitionIndex;
    const copies = Math.min(replicationFactor, this.count);
    return Array.from({ length: copies }, (_, copy) => this.firstId + ((first + copy) % this.count));
  }
}
