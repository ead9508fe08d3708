// Decides when a server is asked about its model while it still works on a request, so that the answer needn't wait. Asked too
// soon, before the server has chosen the model for the request, the question doesn't count for it.

/** How long a server takes to choose the model, in ms, before one has said so: 1 ms (0.32) to 20 ms (0.24) were recorded. */
const usualMs = 5;
/** Max wait, in ms: a server that loads a model chooses it late, and is asked after its answer. */
const mostMs = 250;
/** Added to what the last request took, in ms. */
const slackMs = 2;

export interface LookAheadOptions {
  /**
   * Asks the server, unless it was asked just now.
   * @param isAlone it works on no other request
   * @returns in how many ms it may be asked; 0 when it is asked now
   */
  look(isAlone: boolean): number;
  /** How many requests it works on. */
  inFlight(): number;
}

export class LookAhead {
  readonly #options: LookAheadOptions;
  /** How long after a request the model was chosen, the last time. */
  #choosingMs = usualMs;

  constructor(options: LookAheadOptions) {
    this.#options = options;
  }

  /**
   * A request is sent.
   * @returns call it when it is answered or has failed, with the time by which the model was chosen, if that is known
   */
  sent(): (chosenBy?: number) => void {
    const { look, inFlight } = this.#options;
    const since = performance.now();
    const tryIt = () => {
      const leftMs = look(inFlight() < 2);
      if (leftMs > 0) timer = setTimeout(tryIt, Math.ceil(leftMs));
    };
    let timer = setTimeout(tryIt, Math.min(mostMs, this.#choosingMs + slackMs));
    return (chosenBy) => {
      clearTimeout(timer);
      if (chosenBy !== undefined) this.#choosingMs = chosenBy - since;
    };
  }
}
