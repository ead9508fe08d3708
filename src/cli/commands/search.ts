// `embed search`: flags and printing.
import { Command } from 'commander';
import { digits } from '../../text/plural.js';
import { joined, type Printable, printable, printableJson, say, wrapped } from '../../text/printable.js';
import { addSettings, positive, settingsFor, tellAddresses } from '../flags.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, printResult, printResults } from '../terminal/print.js';

export function searchCommand(): Command {
  const command = new Command('search')
    .description('ask an index: exact cosine over all its rows')
    .argument('<question...>', 'what to look for')
    .option('-k, --results <n>', 'results at most', positive, 5)
    .option('--json', 'the result as JSON on standard output')
    .addHelpText(
      'after',
      `
Examples:
  $ embed search "how are chunks made"
  $ embed search --out ./notes-index -k 10 "tax return 2025"
  $ embed search --json "vector space" | jq -r '.[0].metadata.source'`,
    );
  addSettings(command, ['out', 'embedder', 'model', 'ollamaUrl', 'dimensions', 'batchTimeout', 'maxRetries']);
  return command.action(async (words: string[], options: { results: number; json?: boolean }) => {
    const loaded = await settingsFor(command);
    tellAddresses(loaded, printNotice);
    const { search } = await import('../../commands/search.js');
    const results = await withSignals((signal) =>
      search({
        question: words.join(' '),
        settings: loaded.settings,
        k: options.results,
        signal,
        events: printedEvents(printNotice),
      }),
    );
    if (options.json) printResult(printableJson(results, 2));
    else printResults(joined(results.map(render), say`\n`));
  });
}

/** Characters of a source: a record's id has no bound of its own. */
const maxSourceLength = 200;

type Result = Awaited<ReturnType<typeof import('../../commands/search.js').search>>[number];

/** Score, place and heading on one line, the text below it, indented. */
function render({ score, text, metadata }: Result): Printable {
  const source = printable(metadata.source, maxSourceLength);
  const place = metadata.page ? say`${source}, page ${metadata.page}` : say`${source}:${metadata.line}`;
  const heading =
    metadata.heading.length > 0 ? paint.dim(say`  ${printable(metadata.heading.join(' › '))}`) : say``;
  const body = firstLines(printable(text.replace(/\s+/g, ' ').trim()), 76, 3).map((line) => say`  ${line}\n`);
  return say`${paint.green(digits(score, 3))}  ${paint.bold(place)}${heading}\n${joined(body)}`;
}

/** At most so many lines of a text. */
function firstLines(text: Printable, width: number, most: number): Printable[] {
  const lines = text === '' ? [] : wrapped(text, width);
  const last = lines[most - 1];
  if (lines.length <= most || last === undefined) return lines;
  return [...lines.slice(0, most - 1), say`${last} …`];
}
