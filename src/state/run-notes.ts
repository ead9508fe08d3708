// What a run notes on its output: how far it is, while it goes on, and at its end what it did.
import { attempt, type LastRun, NotesFiles, type OutputNotes } from './output-notes.js';

const intervalMs = 1000;

/** Takes the notes of one run. Nothing of it throws. */
export class RunNotes {
  readonly #files: NotesFiles | undefined;
  readonly #share: () => number | undefined;
  readonly #started = performance.now();
  readonly #changed = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #hasBegun = false;

  /**
   * @param out the output's folder, absolute
   * @param share how much is done, 0 to 1; undefined before the work has begun, which may wait for another run
   */
  constructor(out: string, share: () => number | undefined) {
    this.#files = attempt(() => new NotesFiles(out));
    this.#share = share;
    this.#timer = setInterval(() => this.#noteShare(), intervalMs).unref();
  }

  /** A document is new, or has other rows than before. */
  changed(source: string): void {
    this.#changed.add(source);
  }

  /**
   * Ends the notes.
   * @param hasCommitted the output has the documents that changed
   * @param servers that were asked; undefined: those of before
   */
  end(
    result: LastRun['result'],
    { hasCommitted, servers }: { hasCommitted: boolean; servers?: { addresses: string[]; of: string } },
  ): void {
    clearInterval(this.#timer);
    const at = new Date();
    const isOver = result === 'done' || result === 'some-failed';
    attempt(() => {
      if (!isOver) this.#noteShare();
      // A run that was refused, or that waited in vain, is none.
      if (!isOver && !this.#hasBegun) return;
      const files = this.#files;
      if (files === undefined) return;
      if (isOver) files.writeShare(undefined);
      const seconds = Number(((performance.now() - this.#started) / 1000).toFixed(3));
      const before = files.read();
      const addresses = servers?.addresses ?? before.addresses;
      const addressesOf = servers?.of ?? before.addressesOf;
      const notes: OutputNotes = { lastRun: { at: at.toISOString(), seconds, result } };
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
    attempt(() => this.#files?.writeShare(share));
  }
}
