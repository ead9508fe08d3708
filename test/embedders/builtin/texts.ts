// Texts of many kinds for the built-in embedder's tests.
import { readFileSync } from 'node:fs';

export const questions = JSON.parse(
  readFileSync(new URL('../../../fixtures/questions.json', import.meta.url), 'utf8'),
) as { passage: string; question: string }[];

/** Each fits the model's window. */
export const shortTexts = [
  'hello',
  'The quick brown fox jumps over the lazy dog.',
  'The  quick\tbrown\n\nfox   jumps over\r\nthe lazy dog. ',
  'Nine o’clock — “late”, said Zoë; naïve café, señor, façade, Übergröße.',
  'Ελληνικά κείμενα and some English around them',
  'Русский текст рядом с English words',
  '日本語のテキスト mixed with English words about search',
  'An emoji 🎉 in the middle, and a flag 🇩🇪 at the end of the sentence.',
  'ﬁne ligatures, ½ a fraction, ① a circled digit and a ｆｕｌｌ width word',
  'for (let i = 0; i < items.length; i++) {\n\ttotal += items[i].price * rate;\n}',
  'SELECT name, count(*) FROM users WHERE created_at > now() GROUP BY name;',
  '| key | value |\n| --- | --- |\n| retries | 3 |\n| timeout | 30 s |',
  'https://example.org/docs/guide?page=2#install :) ://',
  ': a line that begins with a colon :30 and goes on :: with more',
  'A list:\n- first item\n- second item\n- third item, which is a little longer than the others',
  'Call +1 555 0100 before 17:30 on 2024-02-29, order no. 4711, total 1,299.00 EUR.',
  '# Install\n\nRun `npm install` in the project folder, then start the server with `npm start`.',
  'camelCaseIdentifiers and snake_case_identifiers and SCREAMING_CASE',
];

/** A few hundred tokens. */
export const longText = questions.map(({ passage }) => passage).join('\n\n');

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
  }
  return dot / Math.sqrt(squaresA * squaresB);
}
