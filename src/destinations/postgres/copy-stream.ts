// One COPY that stays open while rows come: each COPY of its own costs the server as much as some hundred rows.
import type { Client } from 'pg';
import type { CopyStreamQuery } from 'pg-copy-streams';

export class CopyStream {
  readonly #stream: CopyStreamQuery;
  #error: Error | undefined;
  /** What waits for the server. */
  #fail: ((error: Error) => void) | undefined;

  private constructor(stream: CopyStreamQuery) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#error = error;
      this.#fail?.(error);
    });
  }

  /** @param text a `COPY … FROM STDIN` */
  static async open(client: Client, text: string): Promise<CopyStream> {
    const { from } = await import('pg-copy-streams');
    return new CopyStream(client.query(from(text)));
  }

  /** The promise is kept when more may come. @throws the server's error */
  write(bytes: Buffer): Promise<void> {
    return this.#until((done) => this.#stream.write(bytes, done));
  }

  /** All rows are there afterwards. @throws the server's error */
  end(): Promise<void> {
    return this.#until((done) => this.#stream.end(done));
  }

  /** An error may come at any time, and then nothing else does. */
  async #until(work: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      work((error) => (error ? reject(error) : resolve()));
    });
    this.#fail = undefined;
  }
}
