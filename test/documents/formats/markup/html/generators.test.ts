// Pages as generators of documentation write them, with what of each is its text: no navigation, search boxes, links to the
// page's source and footers. The pages are shortened; their elements, classes and names are those of the generators.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentOf } from '../../../structure.js';

const pages = new URL('../../../../../fixtures/cases/html/generators/', import.meta.url);

test.each([
  ['asciidoctor', ['Guide', 'Ann', 'Pumps', 'Text.', 'Tip | Be careful.', '1. Callout one']],
  [
    'confluence',
    [
      'Team : Pump guide',
      'Created by Ann, last modified on Jan 01, 2024',
      'Safety',
      'Wear gloves.',
      'Code | Meaning',
      'E1 | Hot',
    ],
  ],
  [
    'docusaurus',
    [
      'Start',
      'Turn the key.',
      'Keys',
      'key --turn',
      'key --pull',
      '- npm',
      '- yarn',
      'npm text',
      'yarn text',
    ],
  ],
  [
    'doxygen',
    [
      'Pump: Motor Class Reference',
      'Public Member Functions | List of all members',
      'Motor Class Reference',
      'A motor. More...',
      'start()',
      'void Motor::start | ( | int | speed | )',
      'Starts it.',
    ],
  ],
  [
    'javadoc',
    [
      'Package com.x',
      'Class Pump',
      'public class Pump',
      'Moves water.',
      'Method Details',
      'start',
      '- public void start()',
      'Starts.',
    ],
  ],
  ['mdbook', ['Start', 'Go.', 'fn main() {', 'let a = 1;', '}']],
  ['mkdocs', ['Install', 'Open the box.', 'Note', 'Wear gloves.', 'pump --start', 'pump --stop']],
  [
    'pandoc',
    [
      'Manual',
      'Ann',
      '1 Pumps',
      'Text[1] with math E = mc2.',
      'A pump',
      'import os',
      'os.x()',
      '1. The note.',
    ],
  ],
  [
    'rustdoc',
    [
      'pump',
      'Struct Pump',
      'Source',
      'pub struct Pump { /* private fields */ }',
      'Expand description',
      'Moves water.',
      'Implementations',
      'Source',
      'pub fn new() -> Self',
      'Makes one.',
    ],
  ],
  ['sphinx-alabaster', ['Valves', 'They close.', 'Fork me on GitHub']],
  [
    'sphinx-rtd',
    ['Valves', 'They close.', 'a.close(hard=True)', 'Closes it.', 'Parameters:', 'hard – at once.'],
  ],
  [
    'wikipedia',
    [
      'Pump',
      'For other uses, see Pump (disambiguation).',
      'A pump moves fluids.[1]',
      'History',
      'Old pumps.',
    ],
  ],
])('%s', async (name, lines) => {
  const { text } = await documentOf(readFileSync(new URL(`${name}.html`, pages)), `${name}.html`);
  expect(text.split(/\n+/)).toEqual(lines);
});
