import { OutputBuffer } from './output-buffer.js';

/** A place in a channel's output that is not ready yet; all that is written after it waits behind it. */
export interface Place {
  /** What belongs at this place; to be filled before it is released. */
  readonly out: OutputBuffer;
  /** Lets it go, once everything before it has gone. */
  release(): void;
}

interface HeldPlace extends Place {
  /** What the channel wrote while this was its last place. */
  readonly after: OutputBuffer;
  released: boolean;
}

/**
 * Keeps the frames of one channel in order while some of them wait: for a flush to be stable, or for a body to be read.
 * Usually nothing waits, and `out` is the connection's own output.
 */
export class ReplyOrder {
  private readonly connectionOut: OutputBuffer;
  private readonly written: () => void;
  private held: HeldPlace[] = [];

  /** @param written called when held output went to the connection's */
  constructor(connectionOut: OutputBuffer, written: () => void) {
    this.connectionOut = connectionOut;
    this.written = written;
  }

  /** Where the channel's next frame goes. */
  get out(): OutputBuffer {
    return this.held.length === 0 ? this.connectionOut : this.held[this.held.length - 1].after;
  }

  /** Opens a place behind everything written so far. */
  hold(): Place {
    const place: HeldPlace = {
      out: new OutputBuffer(),
      after: new OutputBuffer(),
      released: false,
      release: () => {
        place.released = true;
        this.letGo();
      },
    };
    this.held.push(place);
    return place;
  }

  /** Forgets what waits, for a channel that is gone. */
  discard(): void {
    this.held = [];
  }

  private letGo(): void {
    while (this.held.length > 0 && this.held[0].released) {
      const place = this.held.shift() as HeldPlace;
      this.connectionOut.append(place.out);
      this.connectionOut.append(place.after);
      this.written();
    }
  }
}
