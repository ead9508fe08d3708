// The pages of docs/ and CONTRIBUTING.md: their commands and flags exist, the messages that they quote are in
// the code, their links lead somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createParser } from '../../src/cli/parser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  'examples/web-service/README.md',
  'examples/clients/README.md',
];

/** All of src as one text, without the seams of literals that were joined over lines. */
const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(join('src', name)))
  .join('\n')
  .replace(/['`] \+\n\s*['`]/g, '')
  .replaceAll("\\'", "'");

interface FlagOwner {
  name(): string;
  options: readonly { long?: string | undefined; short?: string | undefined }[];
  commands: readonly FlagOwner[];
}

/** What is wrong with a command line; undefined when nothing is. */
function problemWith(line: string): string | undefined {
  const words = line.replace(/".*?"|'.*?'|\$\(.*?\)/g, 'x').split(/\s+/);
  let owner: FlagOwner = createParser(async () => undefined);
  for (const word of words) {
    if (word === '#' || word === '&' || word === '|' || word === '&&') break;
    const sub = owner.commands.find((one) => one.name() === word);
    if (sub) owner = sub;
    else if (/^--?[a-z]/.test(word)) {
      const flag = word.replace(/[=,;)].*$/, '');
      if (/^(-h|--help)$/.test(flag)) continue;
      if (!owner.options.some(({ long, short }) => long === flag || short === flag)) {
        return `${owner.name()} has no ${flag}`;
      }
    } else if (owner.commands.length > 0) return `no command ${word}`;
  }
  return undefined;
}

test('the check of command lines finds what is wrong', () => {
  expect(problemWith('ingest ./docs --model x')).toBeUndefined();
  expect(problemWith('cache prune --older-than 30d')).toBeUndefined();
  expect(problemWith('ingest --modle x')).toBe('ingest has no --modle');
  expect(problemWith('injest ./docs')).toBe('no command injest');
});

/** Command lines of a page: after a prompt, or between backticks. */
function commandsIn(page: string): string[] {
  const lines = page.match(/^\$ .+$/gm) ?? [];
  const spans = [...page.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  return [...lines, ...spans].flatMap(
    (line) => /^(?:\$ )?(?:\w+=\S+ )*(?:npx )?embed (?=[a-z])(.+)$/.exec(line)?.[1] ?? [],
  );
}

test.each(pages)('%s: commands and flags exist', (page) => {
  expect(commandsIn(read(page)).flatMap((line) => problemWith(line) ?? [])).toEqual([]);
});

test('the pages have many commands', () => {
  expect(pages.flatMap((page) => commandsIn(read(page))).length).toBeGreaterThan(40);
});

test('messages of troubleshooting.md are in the code', () => {
  const rows = read('docs/troubleshooting.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | ')[0]!.slice(2));
  const quotes = rows
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!))
    .filter((text) => text.includes(' ') && !text.startsWith('embed '));
  expect(quotes.length).toBeGreaterThan(25);
  // An ellipsis, and a code of Node, stand where the code has a placeholder.
  const missing = quotes
    .flatMap((text) => text.replace('(ECONNREFUSED)', '(').split(/ ?… ?/))
    .filter((text) => !source.includes(text));
  expect(missing).toEqual([]);
});

test.each(pages)('%s: links lead somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map(([, path]) => path!);
  const missing = links.filter(
    (path) => !path.startsWith('https://') && !existsSync(join(root, dirname(page), path)),
  );
  expect(missing).toEqual([]);
});
