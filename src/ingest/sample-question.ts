// The question that a first run ends with: a heading of the new index, so that the answer is in it.

export class Topic {
  #best: string | undefined;
  #bestScore = 0;
  #seen: readonly string[] | undefined;

  /** A heading that reads like a question or a topic; undefined when there was none. */
  get best(): string | undefined {
    return this.#best;
  }

  /** Takes the titles around a row, outermost first. Rows of one section share them. */
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

/** Questions first, then titles of about five plain words; the first of equals stays. */
function score(title: string): number {
  const words = title.split(/\s+/).length;
  if (words < 3 || words > 12 || !/^[\p{L}\p{N}\p{P}\s]+$/u.test(title) || /[`"$\\]/.test(title)) return 0;
  return title.endsWith('?') ? 20 : 10 - Math.abs(words - 5);
}
