import type { Declared, TopicInfo, TopicSettings, TopicSpec } from '../broker.js';
import type { Partition } from '../log/partition.js';
import { encodeDestination, type TopicRecord } from './destination-record.js';

/** A topic as the catalogue knows it. */
export class TopicEntry implements TopicInfo {
  readonly handle: number;
  readonly virtualHost: string;
  readonly name: string;
  readonly id: string;
  readonly dialect: number;
  readonly createdMs: number;
  readonly declaredBy: Map<number, Declared>;
  readonly parts: Partition[] = [];
  settings: Partial<TopicSettings>;
  /** The queue of a retained queue; -1 for a plain topic. */
  queue = -1;
  /** Where the next record without a key goes. */
  nextPartition = 0;

  constructor(
    handle: number,
    virtualHost: string,
    name: string,
    spec: Pick<TopicSpec, 'id' | 'dialect' | 'settings'>,
    declaredBy: Map<number, Declared>,
    createdMs: number,
  ) {
    this.handle = handle;
    this.virtualHost = virtualHost;
    this.name = name;
    this.id = spec.id;
    this.dialect = spec.dialect;
    this.settings = spec.settings;
    this.declaredBy = declaredBy;
    this.createdMs = createdMs;
  }

  get partitions(): number {
    return this.parts.length;
  }
  get declared(): Declared {
    return this.declaredBy.get(this.dialect) ?? {};
  }
  get partitionHandles(): number[] {
    return this.parts.map((part) => part.handle);
  }

  encode(): Uint8Array {
    const record: TopicRecord = {
      id: this.id,
      logs: this.parts.map((part) => part.log),
      dialect: this.dialect,
      declaredBy: [...this.declaredBy],
      settings: this.settings,
      createdMs: this.createdMs,
    };
    return encodeDestination(record);
  }
}
