// What a vocabulary knows of a text: by the built-in embedder's own, and by a recorded one of Ollama.
import { describe, expect, test } from 'vitest';
import { builtinCounter } from '../../src/embedders/builtin/token-counter.js';
import { wordPieceCounter } from '../../src/tokens/wordpiece-counter.js';
import { allMiniLmVocabulary } from './recorded.js';

const english = 'The lighthouse stands at the northern end of the island.';

const foreign: [script: string, text: string][] = [
  ['Chinese', '灯塔位于岛的北端'],
  ['Chinese of which single characters are known', '北京是中华人民共和国的首都'],
  ['Japanese', '灯台は島の北端にあります'],
  ['Korean', '등대는 섬 북쪽에 있다'],
  ['Thai', 'ประภาคารตั้งอยู่ปลายเกาะ'],
  ['Arabic', 'المنارة في شمال الجزيرة'],
  ['Hebrew', 'המגדלור בצפון האי'],
  ['Hindi', 'प्रकाशस्तंभ द्वीप के उत्तर में है'],
  ['Greek', 'Ο φάρος είναι βόρεια'],
  // Eight of its letters are in the vocabulary.
  ['Russian', 'Маяк стоит на севере острова'],
  ['Ethiopic', 'ሰላም ለዓለም'],
  ['emoji', '🚀🚀'],
  ['emoji with joiners and punctuation', '👩‍👩‍👧‍👦! … 🇩🇪'],
];

describe('the built-in vocabulary', () => {
  const { knows } = builtinCounter();

  test.each(foreign)('does not know %s', (_, text) => {
    expect(knows!(text)).toBe(false);
    expect(knows!(`${text}\n\n${text}, ${text}`)).toBe(false);
  });

  test.each([
    ['English', english],
    ['English with a Chinese name in it', `王小明 says: ${english}`],
    ['English with emoji', 'I like it 😀😀😀😀😀😀'],
    ['German', 'Rezept für Linsensuppe mit Zitrone, Größe: süß'],
    ['French', 'Tous les êtres humains naissent libres et égaux en dignité'],
    ['Polish', 'Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw'],
    ['Vietnamese', 'Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi'],
    ['numbers', '12.5 + 3 = 15.5 (2024-01-02)'],
    ['punctuation', '。。、、——!!'],
    ['a number with an emoji', '5 🚀'],
    ['full-width letters', 'ＨＥＬＬＯ　ＷＯＲＬＤ'],
    ['nothing', ''],
  ])('knows %s', (_, text) => {
    expect(knows!(text)).toBe(true);
  });

  test('decides by letters, at the half', () => {
    expect(knows!('abcd 灯塔位于')).toBe(true);
    expect(knows!('abc 灯塔位于')).toBe(false);
  });
});

describe('a WordPiece vocabulary', () => {
  const vocabulary = allMiniLmVocabulary();
  const counter = wordPieceCounter(vocabulary);

  test.each([
    '灯塔位于岛的北端',
    '今天天气很好，我们去公园散步。',
    '北京是中华人民共和国的首都',
    'ประภาคารตั้งอยู่ปลายเกาะ',
    '🚀🚀',
  ])('does not know %s', (text) => {
    expect(counter.knows!(text)).toBe(false);
  });

  test.each([
    english,
    `王小明 says: ${english}`,
    'Rezept für Linsensuppe mit Zitrone',
    'Маяк стоит на севере острова',
    '12.5 + 3 = 15.5',
  ])('knows %s', (text) => {
    expect(counter.knows!(text)).toBe(true);
  });

  test('knows what one generation of servers knows: the older one keeps accents, and finds no such word', () => {
    expect(counter.knows!('naïve café')).toBe(true);
  });

  test('of which the letters are not the English ones knows its own', () => {
    const chinese = wordPieceCounter(['[UNK]', ...[...'灯塔位于岛的北端'].map((letter) => `▁${letter}`)]);
    expect(chinese.knows!('灯塔位于岛的北端')).toBe(true);
    // A rare character in it takes nothing of the rest with it.
    expect(chinese.knows!('灯塔位于岛的北端灯塔喆位于岛的北端')).toBe(true);
    expect(chinese.knows!('lighthouse')).toBe(false);
  });
});
