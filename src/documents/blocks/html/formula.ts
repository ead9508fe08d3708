// A formula of a page (MathML) while its elements are read.
import { type MathElement, mathMlText } from '../mathml.js';
import type { Attributes } from './attributes.js';

interface Part extends MathElement {
  readonly children: (Part | string)[];
}

/** Elements that nest deeper belong to the one at this depth. */
const maxDepth = 100;
const none: readonly string[] = [];

export class Formula {
  readonly #root: Part = { name: 'math', attributes: none, children: [] };
  readonly #open: Part[] = [this.#root];
  #deeper = 0;

  opens(name: string, attributes: Attributes): void {
    if (this.#open.length > maxDepth) {
      this.#deeper++;
      return;
    }
    const part: Part = { name, attributes: name === 'mfenced' ? attributes.pairs() : none, children: [] };
    this.#open.at(-1)!.children.push(part);
    this.#open.push(part);
  }

  closes(name: string): void {
    if (this.#deeper > 0) {
      this.#deeper--;
      return;
    }
    const at = this.#open.findLastIndex((part) => part.name === name);
    if (at > 0) this.#open.length = at;
  }

  words(text: string): void {
    this.#open.at(-1)!.children.push(text);
  }

  text(): string {
    return mathMlText(this.#root);
  }
}
