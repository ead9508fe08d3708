// Documents that failed, with what each asks of the reader.
import { whole } from '../../text/plural.js';
import { type Printable, printable, say } from '../../text/printable.js';
import type { Failure, FailureCode } from '../../types/failure.js';
import { paintNotice as paint } from './colour.js';
import { linesOf } from './ingest-view.js';
import { sourceFromHere } from './shown-path.js';

/** What each code asks of the reader. */
export const meanings: Record<FailureCode, string> = {
  unreadable: 'check its permissions',
  'unreadable-folder': 'check its permissions and its ignore files; nothing under its root was removed',
  vanished: 'it went away, or was written to, while it was read',
  'no-reader': 'no format reads it; save it as text, HTML, PDF or an office document',
  undecodable: 'not text in any known encoding',
  'too-large':
    'it, or what it unpacks to, is larger than one document may be; split it, or see --max-file-size and --max-read-memory',
  'too-slow':
    'reading it takes longer than one document may; split it, save it again, or see --max-read-time',
  malformed: 'not what its format asks for; open and repair it',
  encrypted: 'save a copy without its password; for a PDF, `qpdf --decrypt --password=… IN OUT`',
  'no-text': 'pictures without text, as a scanner makes them; `ocrmypdf IN OUT` adds the text',
  'duplicate-source': 'another record or file has the same name; the first one counts',
  'too-long': 'the model takes no piece of it; use a smaller --chunk-size with --rebuild',
  'unknown-script':
    'the model was not made for its script; use a multilingual one, such as bge-m3, with --rebuild',
  rejected: 'the embedder fails on this text alone',
};

/** @param out the output's folder @param all name more than the first few */
export function renderFailures(failures: readonly Failure[], out: string, all: boolean): Printable {
  const shown = all ? failures : failures.slice(0, 10);
  const lines = shown.map(({ source, code, chunk }) => {
    const name = sourceFromHere(source, out);
    const place = chunk === undefined ? name : `${name}, chunk ${chunk}`;
    return say`${paint.red(say`failed`)}: ${printable(place)} (${printable(code)}: ${printable(meanings[code])})`;
  });
  if (shown.length < failures.length)
    lines.push(say`… and ${whole(failures.length - shown.length)} more in failures.jsonl`);
  return linesOf(lines);
}
