// How much of a run isn't English: a sample of its chunks, judged at the end when the built-in embedder made the vectors.
import { formatFor } from '../documents/extract.js';
import { languageJudge, multilingualModel, ofChunks } from '../embedders/builtin/english.js';
import type { Chunk } from '../types/document.js';

/** Chunks that are judged: 0.4 s of one core, and the share is right by some 4 %. */
const sampled = 200;
/** More than this share is told. */
const mostForeign = 0.1;
/** Formats whose texts are no prose. */
const notProse: ReadonlySet<string | undefined> = new Set(['code', 'json', 'yaml', 'toml', 'ini']);

/** Keeps so many chunks that each had the same chance. The same run keeps the same ones. */
export class LanguageSample {
  readonly #texts: string[] = [];
  #offered = 0;
  #random = 1;
  #source = '';
  #isProse = true;

  offer({ source, text }: Pick<Chunk, 'source' | 'text'>): void {
    if (source !== this.#source) {
      this.#source = source;
      this.#isProse = !notProse.has(formatFor(source));
    }
    if (!this.#isProse) return;
    this.#offered++;
    if (this.#texts.length < sampled) {
      this.#texts.push(text);
      return;
    }
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    const place = Math.floor((this.#random / 2 ** 32) * this.#offered);
    if (place < sampled) this.#texts[place] = text;
  }

  /** What to tell of them; undefined when they are English, or hardly any isn't. */
  async warning(): Promise<string | undefined> {
    const judged = this.#texts.length;
    if (judged === 0) return undefined;
    const judge = await languageJudge();
    const foreign = this.#texts.filter((text) => judge.isForeign(text, ofChunks)).length;
    // One of a handful may be a list of names.
    if (foreign <= judged * mostForeign || (foreign === 1 && judged > 4)) return undefined;
    const part = judged < this.#offered ? `${judged} of ${this.#offered} new chunks were looked at: ` : '';
    const share = `${part}${foreign} of ${judged} ${judged === 1 ? 'chunk' : 'chunks'}`;
    return (
      `${share} ${foreign === 1 ? "isn't" : "aren't"} English, and the built-in embedder knows English alone: what it finds ` +
      `in them means nothing. A model of many languages does: \`ollama pull ${multilingualModel}\`, then the same command with ` +
      `--model ${multilingualModel} --rebuild.`
    );
  }
}
