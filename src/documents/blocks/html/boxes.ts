// Boxes beside the text: notes, tips and warnings. What they begin with names the box, and opens no section.
import type { Attributes } from './attributes.js';

/** As DocBook, Sphinx, AsciiDoctor, Docusaurus and Bootstrap write them. */
const boxClass =
  /(?:^|\s)(?:note|tip|hint|warning|caution|important|danger|admonition(?:block)?|callout|alert|markdown-alert)(?:\s|$)/i;
const label = /^(?:note|tip|hint|warning|caution|important|danger|attention|see also)\s?[:.!]?$/i;
const longestLabel = 12;

export function isBox(attributes: Attributes): boolean {
  return !attributes.isEmpty && boxClass.test(attributes.start('class'));
}

/** Whether a line by itself is the label of a box. */
export function isBoxLabel(line: string): boolean {
  return line.length <= longestLabel && label.test(line);
}
