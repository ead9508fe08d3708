// A text on which a regular expression would try every pair of places: a megabyte of it takes minutes where the
// expression tries again from each place, and milliseconds where it doesn't. The time-out of a test tells.
import { expect, test } from 'vitest';
import { frontMatter } from '../../src/documents/blocks/markdown/frontmatter.js';
import { markdownTitle } from '../../src/documents/blocks/markdown/title.js';
import { extract as readRst } from '../../src/documents/formats/markup/rst.js';
import { isPattern } from '../../src/documents/globs/tokens.js';
import { patternOrigin } from '../../src/documents/walk/paths/expand-pattern.js';
import { profileOf } from '../../src/embedders/model-profiles.js';
import { ollamaFaults } from '../../src/embedders/ollama/error-messages.js';
import { parseOllamaAddress, parseOllamaHost } from '../../src/embedders/ollama/host.js';
import { canonicalName } from '../../src/embedders/ollama/model-name.js';
import { meansThisMachine } from '../../src/text/masked-address.js';

const many = (text: string) => text.repeat(1_000_000 / text.length);

test('reads addresses in one go', () => {
  expect(meansThisMachine(`a${many('"')}a`)).toBe(false);
  expect(parseOllamaHost(`http://a${many('/')}b`).hostname).toBe('a');
  expect(() => parseOllamaAddress(`http://a#weight=${many('"')}a`)).toThrow('weight=N');
});

test('reads the names of models in one go', () => {
  expect(canonicalName(`a${many(':')}/b`)).toMatch(/\/b:latest$/);
  expect(canonicalName('HF.co:443/a/b:Q8')).toBe('hf.co:443/a/b:q8');
  expect(profileOf(`a${many(':')}/b`).family).toBe('unknown');
});

test("reads a server's error in one go", () => {
  for (const body of [many('<'), many('timed out waiting for '), many('runner'), many('generat')]) {
    expect(ollamaFaults.answer('a', 500, body).message).toContain('answered 500');
  }
});

test('reads front matter and titles in one go', () => {
  // Front matter has a bound of its own.
  const blanks = ' '.repeat(60_000);
  for (const value of [`a${blanks}b`, `${blanks}b\u2028c`, `\n- ${blanks}b\u2028c`]) {
    expect(frontMatter(`---\nkey: ${value}\n---\n`)).toBeDefined();
  }
  expect(markdownTitle(`_a${many('_')}b`)).toContain('a');
});

test('reads the markup of reStructuredText in one go', async () => {
  for (const sign of ['`', '``', '*', '|', '\\', ':a:`', '`a <', '.. |a| ']) {
    const text = `${sign.repeat(100_000 / sign.length)}\n\n${`${sign}\n`.repeat(10_000)}`;
    const { documents } = await readRst({ bytes: Buffer.from(text), source: 'a.rst' });
    expect(documents).toHaveLength(1);
  }
});

test('reads patterns in one go', () => {
  expect(isPattern(many('['))).toBe(false);
  expect(isPattern(many('{,'))).toBe(false);
  expect(isPattern('{a}')).toBe(false);
  expect(isPattern('{a..c}')).toBe(true);
  expect(patternOrigin(`*${many('/')}a`, '/').rest).toHaveLength(1_000_002);
});
