// What a run notes on its output: how far it is, while it goes on, and at its end what it did.
import {
  attempt,
  type BegunRun,
  type LastRun,
  NotesFiles,
  type OutputNotes,
  type Pause,
} from './output-notes.js';

const intervalMs = 1000;

/** What a run did, for its notes. */
export interface EndOfRun {
  /** The output has the documents that changed. */
  hasCommitted: boolean;
  /** Servers that were asked. @default those of before */
  servers?: { addresses: string[]; of: string };
  /** @default since the notes began */
  seconds?: number;
  /** What ended it before all documents were done, and how much of them is. */
  pause?: { by: Pause; share: number };
}

/** Takes the notes of one run. Nothing of it throws. */
export class RunNotes {
  readonly #files: NotesFiles | undefined;
  readonly #share: () => number | undefined;
  readonly #begun: () => BegunRun;
  readonly #started = performance.now();
  readonly #changed = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #hasBegun = false;

  /**
   * @param out the output's folder, absolute
   * @param share how much is done, 0 to 1; undefined before the work has begun, which may wait for another run
   * @param begun how it was begun; with what makes the vectors from the time that it is open
   */
  constructor(out: string, share: () => number | undefined, begun: () => BegunRun = () => ({})) {
    this.#files = attempt(() => new NotesFiles(out));
    this.#share = share;
    this.#begun = begun;
    this.#timer = setInterval(() => this.#noteShare(), intervalMs).unref();
  }

  /** A document is new, or has other rows than before. */
  changed(source: string): void {
    this.#changed.add(source);
  }

  /** Ends the notes. */
  end(
    result: LastRun['result'],
    { hasCommitted, servers, seconds = (performance.now() - this.#started) / 1000, pause }: EndOfRun,
  ): void {
    clearInterval(this.#timer);
    const at = new Date();
    const isOver = result !== 'stopped' && result !== 'failed';
    attempt(() => {
      if (!isOver) this.#noteShare();
      // A run that was refused, or that waited in vain, is none.
      if (!isOver && !this.#hasBegun) return;
      const files = this.#files;
      if (files === undefined) return;
      if (isOver) files.writeShare(pause?.share, this.#begun(), pause?.by);
      const before = files.read();
      const addresses = servers?.addresses ?? before.addresses;
      const addressesOf = servers?.of ?? before.addressesOf;
      const lastRun: LastRun = { at: at.toISOString(), seconds: Number(seconds.toFixed(3)), result };
      if (result === 'time-up' && pause) lastRun.share = pause.share;
      const notes: OutputNotes = { lastRun };
      if (addresses !== undefined) notes.addresses = addresses;
      if (addressesOf !== undefined) notes.addressesOf = addressesOf;
      files.write(notes);
      if (hasCommitted) files.addChanges(this.#changed, at.getTime());
    });
  }

  #noteShare(): void {
    const share = this.#share();
    if (share === undefined) return;
    this.#hasBegun = true;
    attempt(() => this.#files?.writeShare(share, this.#begun()));
  }
}
