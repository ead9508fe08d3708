// JSON: a list of objects is a file of records, and so are objects one after the other; anything else is one document with its keys as sections.

import stripJsonComments from 'strip-json-comments';
import { DocumentError } from '../../../errors.js';
import { placeOfJsonFault } from '../../../text/json-fault.js';
import { isObject } from '../../../text/plain-json.js';
import type { Json } from '../../../types/json.js';
import { codeBlocks } from '../../blocks/code/blocks.js';
import { json5Language, jsonLanguage } from '../../blocks/code/languages.js';
import { LineCursor } from '../../blocks/lines.js';
import { withLetters } from '../../blocks/settings/letters.js';
import { decode } from '../../encodings/detect-encoding.js';
import { withFileLines, withoutEscapes } from '../../records/json-escapes.js';
import { isSeriesOfObjects, recordsFromText } from '../../records/json-lines.js';
import { elementOffsets, withLongIntegers, withoutNaN } from '../../records/json-scan.js';
import { RecordReader } from '../../records/records.js';
import { type Extraction, type FormatInput, gather, maxRecords, one, tooManyRecords } from '../format.js';

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const text = decode(bytes);
  if (text.trim() === '') return one({ source, format: 'json', text, blocks: [] });
  if (source.toLowerCase().endsWith('.json5') && !(await isJson(text))) {
    const plain = withLetters(text, 'both');
    return one({ source, format: 'json', text: plain, blocks: codeBlocks(plain, json5Language, 'found') });
  }
  // What databases export: JSON Lines with the ending of JSON.
  if (isSeriesOfObjects(text)) return gather(recordsFromText(text, source, 'json'));
  const { json, value } = await parse(text, source);
  if (!Array.isArray(value) || !value.every(isObject)) {
    // Comments are text.
    if (json === text && isBlank(value)) return one({ source, format: 'json', text: '', blocks: [] });
    const plain = withoutEscapes(text, json);
    const blocks = codeBlocks(plain.text, jsonLanguage, 'found');
    return one({ source, format: 'json', text: plain.text, blocks: withFileLines(blocks, plain.breaks) });
  }
  if (value.length > maxRecords) throw tooManyRecords();
  const offsets = elementOffsets(json, json.indexOf('['));
  const cursor = new LineCursor(json);
  const reader = new RecordReader(source, 'json');
  return gather(value.map((element, i) => reader.read(element, cursor.at(offsets[i] ?? 0), i + 1)));
}

/** True when there is no value in it but blank strings: keys alone say nothing. */
function isBlank(json: Json): boolean {
  const left: Json[] = [json];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (value === null) continue;
    if (typeof value === 'string') {
      if (value.trim() !== '') return false;
      continue;
    }
    if (typeof value !== 'object') return false;
    for (const inner of Object.values(value)) left.push(inner);
  }
  return true;
}

/**
 * What a configuration file may have beyond JSON: a comment, or a comma after the last element. Looked for first, since
 * blanking costs some 30 bytes a comma: too much for the broken end of a long list of numbers.
 */
const beyondJson = /\/[/*]|,\s*[\]}]/;

/** JSON5 has names and strings without double quotes; it is read as it is, under its keys. */
async function isJson(text: string): Promise<boolean> {
  try {
    await parse(text, '');
    return true;
  } catch {
    return false;
  }
}

/** The value, and the text (of the same length) that it was parsed from. */
async function parse(text: string, source: string): Promise<{ json: string; value: Json }> {
  try {
    return { json: text, value: JSON.parse(withLongIntegers(text)) as Json };
  } catch (cause) {
    try {
      // Blanked, not cut: offsets stay true.
      const plain = beyondJson.test(text)
        ? stripJsonComments(text, { whitespace: true, trailingCommas: true })
        : text;
      const json = withoutNaN(plain);
      if (json !== text) return { json, value: JSON.parse(withLongIntegers(json)) as Json };
    } catch {
      // Its fault is looked for in the file as it is.
    }
    const place = await placeOfJsonFault(text, 'comments');
    const at = place === undefined ? '' : `: look at ${place}`;
    throw new DocumentError('malformed', `${source} is not valid JSON${at}.`, { cause });
  }
}
