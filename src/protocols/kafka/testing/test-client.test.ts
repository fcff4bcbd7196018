import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FrameAssembler } from '../connection/frame-assembler.js';
import type { Api, ReceivedOf } from '../wire/api.js';
import type { Shape, Written } from '../wire/field.js';
import { hasTaggedHeader } from '../wire/headers.js';
import { WireReader } from '../wire/wire-reader.js';
import { WireWriter } from '../wire/wire-writer.js';

/** A client that speaks exactly the version it is told to, and takes answers in whatever order they come. */
export class TestClient {
  readonly socket: Socket;
  /** Correlation ids of the answers, as they came. */
  readonly answered: number[] = [];
  readonly #writer = new WireWriter();
  readonly #waiting = new Map<number, (reader: WireReader) => void>();
  readonly closed: Promise<unknown>;
  #lastCorrelationId = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = once(socket, 'close');
    const assembler = new FrameAssembler(1 << 30, (buffer, start, end) => {
      const reader = new WireReader(buffer, start, end);
      const correlationId = reader.int32();
      this.answered.push(correlationId);
      this.#waiting.get(correlationId)?.(reader);
    });
    assembler.minFrameBytes = 4;
    socket.on('data', (chunk: Buffer) => assembler.push(chunk));
    socket.on('error', () => {});
  }

  static async connect(port: number): Promise<TestClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new TestClient(socket);
  }

  /** Rejects when the connection ends first. */
  async call<Req extends Shape, Res extends Shape>(
    api: Api<Req, Res>,
    version: number,
    request: Written<Req>,
  ): Promise<ReceivedOf<Api<Req, Res>>> {
    return await Promise.race([
      this.send(api, version, request),
      this.closed.then(() => {
        throw new Error('the connection was closed');
      }),
    ]);
  }

  /** Like {@link call}, for requests that may never be answered. */
  send<Req extends Shape, Res extends Shape>(
    api: Api<Req, Res>,
    version: number,
    request: Written<Req>,
  ): Promise<ReceivedOf<Api<Req, Res>>> {
    const correlationId = this.write(api, version, request);
    return new Promise((resolve) => {
      this.#waiting.set(correlationId, (reader) => {
        if (hasTaggedHeader(api, version)) reader.skipTags();
        resolve(api.readResponse(reader, version) as ReceivedOf<Api<Req, Res>>);
      });
    });
  }

  write<Req extends Shape, Res extends Shape>(api: Api<Req, Res>, version: number, request: Written<Req>): number {
    const correlationId = ++this.#lastCorrelationId;
    const writer = this.#writer;
    writer.begin();
    writer.int16(api.key);
    writer.int16(version);
    writer.int32(correlationId);
    writer.string('test-client', false);
    if (api.isFlexible(version)) writer.unsignedVarint(0);
    api.writeRequest(writer, version, request);
    for (const part of writer.finish()) this.socket.write(part);
    return correlationId;
  }

  close(): void {
    this.socket.destroy();
  }
}
