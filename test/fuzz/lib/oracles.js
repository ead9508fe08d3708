// What may never be seen of a command, whatever it was given. Each oracle says what is wrong, or nothing.
import { forged } from './words.js';

const documented = [0, 2, 3, 4, 5, 75, 129, 130, 143];
/** A line that a person reads; a result as JSON is one long line by its nature. */
const maxLineLength = 10_000;

// C0 and C1 without tab and newline, DEL, line separators, and what turns the direction of text.
const rawCharacter = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const stack = /^\s+at .+:\d+:\d+\)?$/m;
const crash = /unexpected: |FATAL ERROR|node:internal|Unhandled|\(node:\d+\)/;
const unquoted = /ollama pull [^'\s]*(\$\(|`)|ollama pull "[^"]*(\$\(|`)/;

/**
 * @param seen what `watch` returned
 * @param asked `command`, `json`, `agents` (standard output is for a program),
 *   `texts` (it is whole texts of documents, with their lines), `late` (ms at which it was to be stopped, where that is a fault in itself)
 * @returns pairs of the oracle's name and what it saw
 */
export function judge(seen, asked) {
  const stdout = seen.stdout.toString('utf8');
  const stderr = seen.stderr.toString('utf8');
  const findings = [];
  const add = (oracle, what) => findings.push([oracle, what]);
  if (seen.outgrown) add('memory', `grew to ${megabytes(seen.peakBytes)}`);
  if (seen.obeyed === false) add('sigterm', 'SIGTERM was not obeyed');
  else if (seen.stopped && asked.late) add('slow', `not done after ${(seen.ms / 1000).toFixed(1)} s`);
  if (!seen.outgrown && seen.obeyed !== false) {
    const crashed = stack.test(stderr) || crash.test(stderr) || stack.test(stdout);
    const failedCheck = seen.code === 1 && asked.command === 'doctor' && !crashed;
    // Stopped before it could listen, a process ends by the signal itself.
    const early = seen.signal === 'SIGTERM' && seen.stopped;
    if (seen.signal !== null && !early) add('crash', `ended by ${seen.signal}: ${excerpt(stderr)}`);
    else if (crashed) add('crash', `exit ${seen.code}: ${excerpt(stderr)}`);
    else if (!early && !failedCheck && !documented.includes(seen.code)) {
      add('exit', `exit ${seen.code}: ${excerpt(stderr)}`);
    }
    if (asked.json && seen.signal === null && !isJson(stdout)) add('json', `not JSON: ${excerpt(stdout)}`);
  }
  // What a program reads is JSON, which escapes what would end a line.
  const printed = asked.texts ? stdout.replaceAll('\r\n', '\n') : stdout;
  const raw = (asked.agents ? null : rawCharacter.exec(printed)) ?? rawCharacter.exec(stderr);
  if (raw) add('raw', `printed ${JSON.stringify(around(raw))}`);
  if ((asked.texts ? hasCommand(stdout) : hasForgedLine(stdout)) || hasForgedLine(stderr))
    add('forged', `a foreign line: ${excerpt(stdout + stderr)}`);
  const lines = asked.json || asked.agents ? stderr : stdout + stderr;
  const longest = lines.split('\n').reduce((most, line) => Math.max(most, line.length), 0);
  if (longest > maxLineLength) add('long', `a line of ${longest} characters`);
  if (unquoted.test(stdout + stderr))
    add('quoting', `a command to copy that runs more: ${excerpt(stdout + stderr)}`);
  return findings;
}

function isJson(text) {
  if (text === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function hasForgedLine(text) {
  return text.split('\n').some((line) => line.startsWith(forged) || line.startsWith(`::error::${forged}`));
}

/** A command for a CI, in texts that keep their lines. */
function hasCommand(text) {
  return /^\s*::/m.test(text);
}

/** The character with what stands beside it, escaped by the caller. */
function around({ input, index }) {
  return input.slice(Math.max(0, index - 30), index + 20);
}

function excerpt(text) {
  return JSON.stringify(text.slice(0, 160));
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
