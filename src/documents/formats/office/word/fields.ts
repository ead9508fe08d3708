// Fields of Word: an instruction (`PAGE`), and the result that is shown, as runs with marks between them.
import { attribute, descendants, find, type XmlElement } from '../xml.js';
import { isOn } from './styles.js';

interface Field {
  instruction: string;
  isResult: boolean;
}

/** They change from page to page. */
const running = /^\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b/i;

export class Fields {
  readonly #open: Field[] = [];
  /** Whether page numbers are left out. */
  readonly #isRunning: boolean;

  constructor(isRunning: boolean) {
    this.#isRunning = isRunning;
  }

  /** Whether the text at this place is shown. */
  isShown(): boolean {
    return this.#open.every(({ instruction, isResult }) => isResult && this.shows(instruction));
  }

  /** Whether the result of such a field is kept. */
  shows(instruction: string): boolean {
    return !this.#isRunning || !running.test(instruction);
  }

  /** @returns what the mark itself shows: a box to tick, the entry that was chosen */
  mark(element: XmlElement): string {
    const type = attribute(element, 'w:fldCharType');
    if (type === 'begin') {
      const text = this.isShown() ? formValue(find(element, 'w:ffData')) : '';
      this.#open.push({ instruction: '', isResult: false });
      return text;
    }
    const field = this.#open.at(-1);
    if (type === 'separate' && field) field.isResult = true;
    if (type === 'end') this.#open.pop();
    return '';
  }

  instruction(text: string): void {
    const field = this.#open.at(-1);
    if (field && field.instruction.length < 100) field.instruction += text;
  }

  /** No instruction goes on in the next paragraph: a mark that is missing must not hide the rest. */
  endParagraph(): void {
    while (this.#open.at(-1)?.isResult === false) this.#open.pop();
  }
}

function formValue(data: XmlElement | undefined): string {
  const box = find(data, 'w:checkBox');
  if (box) {
    const state = find(box, 'w:checked') ?? find(box, 'w:default');
    return state !== undefined && isOn(attribute(state, 'w:val')) ? '☒' : '☐';
  }
  const list = find(data, 'w:ddList');
  if (list === undefined) return '';
  const entries = [...descendants(list, 'w:listEntry')];
  const chosen = Number(attribute(find(list, 'w:result') ?? find(list, 'w:default'), 'w:val') ?? 0);
  return attribute(entries[chosen], 'w:val') ?? '';
}
