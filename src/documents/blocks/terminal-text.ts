// What a terminal shows of a text: without the codes for colours and the cursor, and of what was printed over, the last.

const escapeCode = '\x1b';
/** Colours, cursor moves, titles of windows, links; each up to some hundred characters. */
const codes = new RegExp(
  `${escapeCode}(?:\\[[0-?]{0,40}[ -/]{0,4}[@-~]|\\][^\\x07${escapeCode}\\n]{0,2000}(?:\\x07|${escapeCode}\\\\)|[()*+][0-9A-Za-z]|[=>78cDEHMNOZ])`,
  'g',
);
/** A letter printed over itself, or over a line: bold and underlined in old manuals. */
const overprinted = /[^\n\b][\b]/g;

export function withoutEscapeCodes(text: string): string {
  let shown = text;
  if (shown.includes(escapeCode)) shown = shown.replace(codes, '').replaceAll(escapeCode, '');
  if (shown.includes('\b')) shown = shown.replace(overprinted, '').replaceAll('\b', '');
  return shown.includes('\r') ? shown.split('\n').map(lastOf).join('\n') : shown;
}

/** A progress bar starts its line again and again. */
function lastOf(line: string): string {
  const end = line.endsWith('\r') ? '\r' : '';
  const text = line.slice(0, line.length - end.length);
  return text.slice(text.lastIndexOf('\r') + 1) + end;
}
