// `embed search`: flags and printing.
import { Command } from 'commander';
import { printable, printableJson } from '../printable.js';
import { chalk } from './colour.js';
import { addSettings, positive, settingsFor, tellAddresses } from './flags.js';
import { harmless, printNotice, printResult } from './print.js';
import { withSignals } from './signals.js';

export function searchCommand(): Command {
  const command = new Command('search')
    .description('ask an index: exact cosine over all its rows')
    .argument('<question...>', 'what to look for')
    .option('-k, --results <n>', 'results at most', positive, 5)
    .option('--json', 'results as JSON on standard output')
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
    const { search } = await import('../commands/search.js');
    const results = await withSignals((signal) =>
      search({
        question: words.join(' '),
        settings: loaded.settings,
        k: options.results,
        signal,
        onNotice: (message) => printNotice(printable(message)),
      }),
    );
    if (options.json) printResult(printableJson(results, 2));
    else process.stdout.write(harmless(results.map(render).join('\n')));
  });
}

/** Characters of a source: a record's id has no bound of its own. */
const PLACE = 200;

type Result = Awaited<ReturnType<typeof import('../commands/search.js').search>>[number];

/** Score, place and heading on one line, the text below it, indented. */
function render({ score, text, metadata }: Result): string {
  const place = metadata.page
    ? `${printable(metadata.source, PLACE)}, page ${metadata.page}`
    : `${printable(metadata.source, PLACE)}:${metadata.line}`;
  const heading =
    metadata.heading.length > 0 ? chalk.dim(`  ${printable(metadata.heading.join(' › '))}`) : '';
  const body = wrap(printable(text.replace(/\s+/g, ' ').trim()), 76, 3).map((line) => `  ${line}\n`);
  return `${chalk.green(score.toFixed(3))}  ${chalk.bold(place)}${heading}\n${body.join('')}`;
}

/** The first lines of a text, broken at spaces. */
function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '' && lines.length < most) {
    const space = rest.length > width ? rest.lastIndexOf(' ', width) : rest.length;
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  if (rest !== '') lines[lines.length - 1] += ' …';
  return lines;
}
