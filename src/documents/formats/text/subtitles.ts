// Subtitles (SRT, VTT, SBV, SSA, LRC): what is said, without numbers, times and styles. Cues that follow each other closely make one
// paragraph, since a sentence goes on over several of them.
import { TextBuilder } from '../../blocks/text-builder.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { type Cue, dialogues, lyrics, seconds, spoken, timedText } from './spoken-lines.js';

const timing =
  /^\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})\s*(?:-->|,)\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})/;
/** Blocks of VTT without speech. */
const silent = /^(?:WEBVTT|NOTE|STYLE|REGION)(?:\s|$)/;
/** Cues after a longer pause, in seconds, begin a paragraph. */
const longPause = 4;
/** A paragraph of more characters ends with its sentence. */
const longParagraph = 400;
const sentenceEnd = /[.!?…。！？]["'”’)»]*$/;

export function extract({ bytes, source }: FormatInput): Extraction {
  const builder = new TextBuilder();
  let open = '';
  let line = 1;
  let last = '';
  let until = 0;
  const flush = () => {
    builder.add('paragraph', open, { line });
    open = '';
  };
  const text = decode(bytes);
  for (const cue of readerFor(source)(text)) {
    const isOver = open.length > longParagraph && sentenceEnd.test(open);
    if (isOver || cue.start - until > longPause) flush();
    until = cue.end;
    for (const said of cue.lines) {
      // Captions that roll up repeat the line before.
      if (said === last) continue;
      last = said;
      if (open === '') line = cue.line;
      const between = open === '' ? '' : /^[-–—]|^[^:\s]{1,40}: /.test(said) ? '\n' : ' ';
      open += between + said;
    }
  }
  flush();
  return one({ source, format: 'subtitles', ...builder.finish() });
}

function readerFor(source: string): (text: string) => Iterable<Cue> {
  const name = source.toLowerCase();
  if (/\.(?:ass|ssa)$/.test(name)) return dialogues;
  if (/\.(?:ttml|dfxp)$/.test(name)) return timedText;
  return name.endsWith('.lrc') ? lyrics : cues;
}

function* cues(text: string): Generator<Cue> {
  const lines = text.split(/\r\n|\n|\r/);
  let cue: Cue = { start: 0, end: 0, lines: [], line: 1 };
  let isSilent = false;
  for (const [i, raw] of lines.entries()) {
    const time = timeOf(raw);
    if (time) {
      if (cue.lines.length > 0) yield cue;
      cue = { ...time, lines: [], line: i + 2 };
      isSilent = false;
      continue;
    }
    const isBlank = raw.trim() === '';
    const isFirst = i === 0 || lines[i - 1]!.trim() === '';
    if (isFirst) isSilent = silent.test(raw);
    // A cue's number or name stands right before its time.
    const isName = (isFirst || /^\s*\d+\s*$/.test(raw)) && timeOf(lines[i + 1] ?? '') !== undefined;
    const words = isBlank || isSilent || isName ? '' : spoken(raw);
    if (words !== '') cue.lines.push(words);
  }
  if (cue.lines.length > 0) yield cue;
}

function timeOf(line: string): { start: number; end: number } | undefined {
  const time = line.length < 1000 ? timing.exec(line) : null;
  return time ? { start: seconds(time, 1), end: seconds(time, 5) } : undefined;
}
