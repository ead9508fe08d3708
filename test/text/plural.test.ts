import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pullCommand } from '../../src/embedders/ollama/model-name.js';
import { command, quoted } from '../../src/text/plural.js';
import fc from '../helpers/properties.js';

const word = fc.string({
  unit: fc.oneof(
    fc.constantFrom("'", '"', '\\', '$', '(', ')', '`', '\n', '\r', ' ', '!', '#', '\u202e', '\x1b', '7'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
});

test.skipIf(process.platform === 'win32')('bash takes whatever is quoted as one word, as it was', () => {
  const words = fc.sample(word, { numRuns: 2000, seed: 1 }).map((text) => text.replaceAll('\0', ''));
  const script = `printf '%s\\0' ${words.map(quoted).join(' ')}`;
  expect(script).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words);
});

test.skipIf(!existsSync('/usr/bin/dash'))('a shell that reads it otherwise runs nothing of it', () => {
  const attacks = ['\n$(echo RAN)', "'\n; echo RAN #", "\\'\n; echo RAN #", "\n'`echo RAN`'"];
  const script = attacks.map((one) => `: ${quoted(one)}`).join('\n');
  expect(execFileSync('/usr/bin/dash', ['-c', script], { encoding: 'utf8' })).toBe('');
});

test('what is plain stays as it is', () => {
  expect(pullCommand('hf.co/Qwen/Qwen3-Embedding-0.6B:Q8_0')).toBe(
    'ollama pull hf.co/Qwen/Qwen3-Embedding-0.6B:Q8_0',
  );
  expect(pullCommand('a b')).toBe("ollama pull 'a b'");
});

test('a value is never an option', () => {
  expect(pullCommand('--insecure')).toBe('ollama pull -- --insecure');
  expect(command`ssh ${'-oproxycommand=id'} ollama serve`).toBe('ssh -- -oproxycommand=id ollama serve');
  expect(command`embed verify --out ${'-x'}`).toBe('embed verify --out -x');
});
