// Finds the sample question that a first run prints: a heading of the new index, so that the index has an answer.

export class Topic {
  #best: string | undefined;
  #bestScore = 0;
  #seen: readonly string[] | undefined;

  /** The heading that is most like a question or a topic; undefined when there was none. */
  get best(): string | undefined {
    return this.#best;
  }

  /** Adds the titles around a row, the outermost first. Rows of one section have the same ones. */
  offer(heading: readonly string[]): void {
    if (heading === this.#seen) return;
    this.#seen = heading;
    const title = heading.at(-1);
    const titleScore = title === undefined ? 0 : score(title);
    if (titleScore <= this.#bestScore) return;
    this.#best = title;
    this.#bestScore = titleScore;
  }
}

/** Highest for questions, then for titles of about five plain words. Of equal titles, the first stays. */
function score(title: string): number {
  const words = title.split(/\s+/).length;
  if (words < 3 || words > 12 || !/^[\p{L}\p{N}\p{P}\s]+$/u.test(title) || /[`"$\\]/.test(title)) return 0;
  return title.endsWith('?') ? 20 : 10 - Math.abs(words - 5);
}
