// How often is a text without a declared encoding read right? Real texts in 15 encodings, cut to 40 and 2,000 bytes: ours, and
// detectors of npm if they are installed. Each text holds at least one character that isn't ASCII; "wrong" is another text
// than the one that was encoded, "undecodable" a refusal.
//
// The texts are Debian's handbook and GNOME's user documentation, in 20 languages:
//   apt-get download debian-handbook gnome-user-docs
//   for deb in *.deb; do dpkg-deb -x "$deb" texts; done
//   npm install --no-save jschardet@4.1.0 chardet@2.2.0
//   npm run build && node benchmarks/encodings.js texts [--each 500] [--seed 1] [--show]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { htmlContent } from '../dist/documents/blocks/html.js';
import { decode } from '../dist/documents/encodings/detect-encoding.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    each: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    show: { type: 'boolean', default: false },
  },
});
const root = positionals[0];
if (root === undefined) throw new Error('expected a folder with the texts; see the head of this file');

const languages = {
  'utf-8': ['de', 'fr', 'cs', 'ru', 'el', 'ja', 'ko', 'zh_CN', 'tr'],
  'utf-16le': ['de', 'fr', 'cs', 'ru', 'el', 'ja', 'ko', 'zh_CN', 'tr'],
  gbk: ['zh_CN'],
  big5: ['zh_TW'],
  shift_jis: ['ja'],
  'euc-jp': ['ja'],
  'euc-kr': ['ko'],
  'windows-1250': ['cs', 'pl', 'hu', 'hr'],
  'windows-1251': ['ru', 'uk'],
  'windows-1252': ['de', 'fr', 'es', 'it', 'pt_BR', 'sv', 'nl'],
  'windows-1253': ['el'],
  'koi8-r': ['ru'],
  'windows-1254': ['tr'],
  'windows-1255': ['he'],
  'windows-1257': ['lt', 'lv'],
};
const bounds = [40, 2000];

let state = Number(values.seed);
function random() {
  state = (state * 1664525 + 1013904223) % 2 ** 32;
  return state / 2 ** 32;
}

/** Character → bytes, from what each pair of bytes decodes to. */
function encoderOf(label) {
  if (label === 'utf-8') return (text) => Buffer.from(text);
  if (label === 'utf-16le') return (text) => Buffer.from(text, 'utf16le');
  const bytesOf = new Map();
  const add = (...bytes) => {
    const text =
      label === 'windows-1252' ? decodeCp1252(bytes) : new TextDecoder(label).decode(Buffer.from(bytes));
    if ([...text].length === 1 && text !== '\ufffd' && !bytesOf.has(text)) bytesOf.set(text, bytes);
  };
  for (let first = 0; first < 256; first++) add(first);
  if (!/windows|koi8/.test(label)) {
    for (let first = 0x81; first < 255; first++)
      for (let second = 0x40; second < 255; second++) add(first, second);
  }
  return (text) => {
    const bytes = [];
    for (const char of text) {
      const known = bytesOf.get(char);
      if (known === undefined) return undefined;
      bytes.push(...known);
    }
    return Buffer.from(bytes);
  };
}

function decodeCp1252(bytes) {
  const upper = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
  return bytes
    .map((byte) => (byte >= 0x80 && byte < 0xa0 ? upper[byte - 0x80] : String.fromCharCode(byte)))
    .join('');
}

/** The paragraphs of all files of a language. */
const textsOf = new Map();
function textOf(language) {
  if (textsOf.has(language)) return textsOf.get(language);
  const names = new RegExp(
    `/(?:${language}|${language.replace('_', '-')}|${language.slice(0, 2)}-[A-Z]{2})/`,
  );
  let text = '';
  for (const entry of readdirSync(root, { recursive: true })) {
    const path = `/${entry}`;
    if (!/\.(html|page|txt)$/.test(path) || !names.test(path)) continue;
    if (
      language.includes('_') &&
      !path.includes(`/${language}/`) &&
      !path.includes(`/${language.replace('_', '-')}/`)
    )
      continue;
    text += `${htmlContent(readFileSync(join(root, entry), 'utf8').replace(/<\?xml[^>]*>/, '')).text}\n`;
    if (text.length > 3_000_000) break;
  }
  textsOf.set(language, text);
  return text;
}

function samples(label, size) {
  const encode = encoderOf(label);
  const found = [];
  for (let tries = 0; found.length < Number(values.each) && tries < Number(values.each) * 12; tries++) {
    const list = languages[label];
    const text = textOf(list[tries % list.length]);
    let from = Math.floor(random() * text.length);
    // A whole word or line first, as in a file.
    while (from < text.length && !/[\s。，、]/.test(text[from])) from++;
    let cut = text.slice(from + 1, from + 1 + size).trimStart();
    if (!isInLanguage(cut, list[tries % list.length])) continue;
    let bytes = encode(cut);
    while (bytes !== undefined && bytes.length > size) {
      cut = cut.slice(0, -Math.max(1, Math.floor((bytes.length - size) / 4)));
      if (/[\ud800-\udbff]$/.test(cut)) cut = cut.slice(0, -1);
      bytes = encode(cut);
    }
    // Of long texts, what the encoding doesn't have is left out.
    if (bytes === undefined && size > 100) {
      cut = [...cut].filter((char) => encode(char) !== undefined).join('');
      bytes = encode(cut).subarray(0, size * 2);
    }
    if (bytes === undefined || bytes.length < size * 0.8 || !isInLanguage(cut, list[tries % list.length]))
      continue;
    found.push({ text: cut, bytes });
  }
  return found;
}

/** The documents hold passages that are not translated: a text in another script has many of its letters, others at least one. */
function isInLanguage(text, language) {
  const foreign = text.match(/(?=\P{ASCII})\p{L}/gu)?.length ?? 0;
  const all = text.match(/\p{L}/gu)?.length ?? 0;
  const isLatin = !/^(?:zh|ja|ko|ru|uk|el|he)/.test(language);
  return foreign >= (isLatin ? Math.max(1, all * 0.01) : all * 0.4) && foreign > 0;
}

const detectors = { ours: (bytes) => decode(bytes) };
const decodeAs = (label, bytes) =>
  /1252|8859-1$|ascii/i.test(label) ? decodeCp1252([...bytes]) : new TextDecoder(label).decode(bytes);
const webName = (name) =>
  name
    .toLowerCase()
    .replace(/^(big5)hkscs/, '$1')
    .replace('cp949', 'euc-kr')
    .replace('cp932', 'shift_jis')
    .replace(/^shift_jis_2004/, 'shift_jis')
    .replace('euc-jis-2004', 'euc-jp')
    .replace(/utf-16-([lb]e)/, 'utf-16$1')
    .replace('iso8859', 'iso-8859');
for (const name of ['jschardet', 'chardet']) {
  const library = await import(name).catch(() => undefined);
  const detect = library?.detect ?? library?.default?.detect;
  if (!detect) continue;
  const allowed = Object.keys(languages);
  detectors[name] = (bytes) => {
    const found =
      name === 'jschardet'
        ? detect(bytes, {
            detectEncodings: [
              ...allowed,
              'gb18030',
              'big5hkscs',
              'cp949',
              'cp932',
              'utf-16-le',
              'utf-16-be',
              'ascii',
            ],
          }).encoding
        : detect(bytes);
    return found ? decodeAs(webName(found), bytes) : undefined;
  };
}

for (const size of bounds) {
  const totals = Object.fromEntries(
    Object.keys(detectors).map((name) => [name, { wrong: 0, refused: 0, ms: 0 }]),
  );
  let count = 0;
  for (const label of Object.keys(languages)) {
    const list = samples(label, size);
    count += list.length;
    const line = [];
    for (const [name, detect] of Object.entries(detectors)) {
      let wrong = 0;
      let refused = 0;
      const start = performance.now();
      for (const { text, bytes } of list) {
        let read;
        try {
          read = detect(bytes);
        } catch {
          // It refuses the bytes: counted below.
        }
        if (read === undefined) refused++;
        else if (read !== text) {
          wrong++;
          if (values.show && name === 'ours') {
            const at = [...text].findIndex((char, i) => char !== [...read][i]);
            console.log(
              `   ${label} ${JSON.stringify(text.slice(0, 60))} as ${JSON.stringify(read.slice(0, 60))}, from ${at}: ${JSON.stringify([...text].slice(at, at + 20).join(''))}, ${JSON.stringify([...read].slice(at, at + 20).join(''))}`,
            );
          }
        }
      }
      totals[name].ms += performance.now() - start;
      totals[name].wrong += wrong;
      totals[name].refused += refused;
      line.push(`${name} ${wrong}/${refused}`);
    }
    console.log(`${size} bytes ${label} (${list.length}): ${line.join('  ')}`);
  }
  for (const [name, { wrong, refused, ms }] of Object.entries(totals)) {
    console.log(
      `${size} bytes, ${name}: wrong ${((wrong / count) * 100).toFixed(2)} %, undecodable ${((refused / count) * 100).toFixed(2)} %, ${(ms / count).toFixed(2)} ms a text`,
    );
  }
}
