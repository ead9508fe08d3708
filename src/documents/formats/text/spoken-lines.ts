// What one line of subtitles says, and the formats that have a line, or an element, for each time: SSA (also ASS), LRC
// and TTML.
import { decodeHTML } from 'entities';

export interface Cue {
  /** Seconds. */
  start: number;
  end: number;
  lines: string[];
  /** 1-based line of its first words. */
  line: number;
}

const voice = /<v(?:\.[^\s>]{0,100})?[ \t]([^>]{1,200})>/g;
const tag = /<\/?[a-z\d][^<>]{0,200}>|\{\\[^{}]{0,100}\}/gi;
/** Fields of a line of SSA before its text, which may hold commas. */
const usualFields = 9;
const sungFor = 4;
/** Of an element with words, max characters that are looked at. */
const maxPieceLength = 20_000;

/** The words of a line, without styles. */
export function spoken(line: string): string {
  const named = line.replace(voice, (_, name: string) => `${name}: `).replace(tag, '');
  return decodeHTML(named.replace(/\\[NnHh]/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Of four groups of digits from `first` on: hours, minutes, seconds and their fraction. */
export function seconds(time: RegExpExecArray, first: number): number {
  const [hours = 0, minutes, whole, part] = [0, 1, 2, 3].map((i) => Number(time[first + i] ?? 0));
  return hours * 3600 + minutes! * 60 + whole! + Number(`0.${part}`);
}

/** `Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Text`; a line `Format:` of the events tells how many fields there are. */
export function* dialogues(text: string): Generator<Cue> {
  let fields = usualFields;
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (/^Format:.*\bText\s*$/.test(line)) fields = line.split(',').length - 1;
    const said = /^Dialogue:\s*(.*)/.exec(line)?.[1];
    if (said === undefined) continue;
    const parts = said.split(',');
    const [start, end] = parts.slice(1, 3).map(secondsOf);
    const words = spoken(parts.slice(fields).join(','));
    if (words !== '') yield { start: start ?? 0, end: end ?? 0, lines: [words], line: i + 1 };
  }
}

function secondsOf(time: string): number {
  const found = /^\s*(\d{1,4}):(\d{1,2}):(\d{1,2})[.,](\d{1,3})/.exec(time);
  return found ? seconds(found, 1) : 0;
}

/** `[00:12.00]Words`; lines without a time, as `[ti:Title]`, say who made the file. */
export function* lyrics(text: string): Generator<Cue> {
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    const found = /^\s*\[(\d{1,4}):(\d{1,2})(?:[.:](\d{1,3}))?\](.*)/.exec(line);
    if (!found) continue;
    const start = Number(found[1]) * 60 + Number(found[2]);
    const words = spoken(
      found[4]!.replace(/\[\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?\]|<\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?>/g, ''),
    );
    if (words !== '') yield { start, end: start + sungFor, lines: [words], line: i + 1 };
  }
}

/** `<p begin="1s" end="00:00:02.5">Words<br/>more</p>` */
export function* timedText(text: string): Generator<Cue> {
  let line = 1;
  for (const piece of text.split(/<\/(?:\w{1,20}:)?p>/)) {
    const open = /[\s\S]*<(?:\w{1,20}:)?p(?:\s([^<>]{0,2000}))?>/.exec(piece.slice(-maxPieceLength));
    const before = open
      ? piece.length - Math.min(piece.length, maxPieceLength) + open[0].length
      : piece.length;
    const words = open ? spoken(piece.slice(before).replace(/<(?:\w{1,20}:)?br\s*\/?>/g, ' ')) : '';
    const [start, end] = ['begin', 'end'].map((name) => clock(open?.[1] ?? '', name));
    if (words !== '')
      yield { start: start!, end: end!, lines: [words], line: line + breaksIn(piece.slice(0, before)) };
    line += breaksIn(piece);
  }
}

function clock(attributes: string, name: string): number {
  const value = new RegExp(`\\b${name}\\s*=\\s*["']([^"']{1,40})`).exec(attributes)?.[1] ?? '';
  return /^[\d.]+s$/.test(value) ? Number.parseFloat(value) : secondsOf(value);
}

function breaksIn(text: string): number {
  return text.split('\n').length - 1;
}
