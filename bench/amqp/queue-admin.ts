import { emptyTable, methodFrame, shortString, uint16, uint8 } from './frame-encoder.js';
import { methodIds } from './method-ids.js';
import { RawConnection } from './raw-connection.js';

const passive = 1;
const durable = 2;

/** Declares, counts and deletes queues over a connection of its own. */
export class QueueAdmin {
  readonly #connection: RawConnection;

  private constructor(connection: RawConnection) {
    this.#connection = connection;
  }

  static async open(port: number): Promise<QueueAdmin> {
    // A broken connection shows in the call that waits for an answer or in the next one.
    const connection = await RawConnection.open(port, () => {});
    await connection.openChannel(1);
    return new QueueAdmin(connection);
  }

  /** Declares a durable queue without arguments. */
  async declare(name: string): Promise<void> {
    await this.#declare(name, durable);
  }

  /** How many messages of the queue are ready for delivery. */
  async readyCount(name: string): Promise<number> {
    const args = await this.#declare(name, passive);
    return args.readUInt32BE(1 + args.readUInt8(0));
  }

  #declare(name: string, flags: number): Promise<Buffer> {
    const frame = methodFrame(1, methodIds.queueDeclare, uint16(0), shortString(name), uint8(flags), emptyTable);
    return this.#connection.call(frame, methodIds.queueDeclareOk);
  }

  /** Deletes the queue and tells how many messages went with it. */
  async delete(name: string): Promise<number> {
    const frame = methodFrame(1, methodIds.queueDelete, uint16(0), shortString(name), uint8(0));
    return (await this.#connection.call(frame, methodIds.queueDeleteOk)).readUInt32BE(0);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
