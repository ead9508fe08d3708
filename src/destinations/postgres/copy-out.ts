// What a COPY to standard output gives, as pages of bytes. The stream of pg-copy-streams for it never ends on a message of less
// than its own length; here, the client reads the messages, and what can't be read ends the connection.
import type { Connection, Submittable } from 'pg';

const pageBytes = 64 * 1024;

export class CopyOut implements Submittable {
  readonly #text: string;
  #page = Buffer.allocUnsafe(pageBytes);
  #length = 0;
  readonly #pages: Buffer[] = [];
  #error: Error | undefined;
  #isWhole = false;
  /** Told when there is something new. */
  #wake: () => void = () => undefined;

  /** @param text a `COPY … TO STDOUT` */
  constructor(text: string) {
    this.#text = text;
  }

  /** The next page; undefined at the end. @throws the server's error */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const page = this.#pages.shift();
      if (page !== undefined) return page;
      if (this.#error !== undefined) throw this.#error;
      if (this.#isWhole) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  // What follows is called by the client.

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  /** @param message of a row or a part of one; its memory is the client's */
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (this.#length + chunk.length > this.#page.length) this.#turn(Math.max(pageBytes, chunk.length));
    this.#length += chunk.copy(this.#page, this.#length);
  }

  handleCommandComplete(): void {
    this.#turn(0);
  }

  handleReadyForQuery(): void {
    this.#isWhole = true;
    this.#wake();
  }

  handleError(error: Error): void {
    this.#error = error;
    this.#wake();
  }

  #turn(next: number): void {
    if (this.#length > 0) this.#pages.push(this.#page.subarray(0, this.#length));
    this.#page = Buffer.allocUnsafe(next);
    this.#length = 0;
    this.#wake();
  }
}
