// The command that goes on with a run that didn't end.
import { command, quoted } from '../text/plural.js';
import type { BegunRun } from './output-notes.js';

/** Whether a run made its output again: one without `--rebuild` doesn't go on with it. */
export function isRebuild({ flags = [] }: BegunRun): boolean {
  return flags.some(([flag]) => flag === '--rebuild');
}

/**
 * @param out as the settings name it
 * @param begun how the run was begun
 * @param hasIndex an index says by itself what makes its vectors, and how it is cut; not so for a rebuild
 * @param paths those that the index was made of; none where that isn't known
 */
export function goOnCommand(
  out: string,
  begun: BegunRun,
  hasIndex: boolean,
  paths: readonly string[] = [],
): string {
  const named = paths.length === 0 ? '<the same paths>' : paths.map(quoted).join(' ');
  const line = `embed ingest ${named}${command` --out ${out}`}`;
  return hasIndex && !isRebuild(begun) ? line : `${line}${flagsIn(begun)}${makerIn(begun)}`;
}

function flagsIn({ flags = [] }: BegunRun): string {
  return flags.map((words) => words.map((word) => ` ${quoted(word)}`).join('')).join('');
}

/** The flags by which a run goes on with what it began with, whatever the environment names then. */
function makerIn({ maker }: BegunRun): string {
  if (maker === undefined) return '';
  const { embedder, model, addresses } = maker;
  if (embedder === 'builtin') return ' --embedder builtin';
  const urls = addresses.map((one) =>
    embedder === 'openai' ? command` --url ${one}` : command` --ollama-url ${one}`,
  );
  return `${embedder === 'openai' ? ' --embedder openai' : ''}${urls.join('')}${command` --model ${model}`}`;
}
