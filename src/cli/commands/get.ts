// `embed get`: what it prints: the text alone, so that it can be piped.
import type { FoundText } from '../../search/get.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { get as declared } from '../declared/get.js';
import type { Outcome } from '../declared/outcome.js';
import { outputOfAsked, sourceInAsked, sourceInOutput } from '../named-source.js';
import { nearIndex } from '../near-index.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, printResults } from '../terminal/print.js';

/** Characters of a line that are shown. */
const maxLineLength = 1_000_000;
const maxContextLength = 2000;

export async function runGet({
  arguments: { what },
  flags,
  settings: typed,
}: Given<typeof declared>): Promise<Outcome> {
  const settings = nearIndex(await settingsFor({ settings: typed, flags }, printNotice));
  const from = await outputOfAsked({ in: flags.in, settings });
  const { get } = await import('../../commands/get.js');
  const texts = await withSignals((signal) =>
    get({
      ...{ settings, signal },
      what: flags.in === undefined ? sourceInOutput(what, settings.out) : sourceInAsked(what, from),
      in: flags.in,
      around: flags.around,
      whole: flags.whole,
      events: printedEvents(printNotice),
    }),
  );
  if (!flags.json) printResults(joined(texts.map(render), say`\n`));
  for (const text of texts) tellAbout(text);
  return { result: { texts } };
}

/** What isn't a part of the text: on standard error. */
function tellAbout({ source, context, lastLine }: FoundText): void {
  if (context !== undefined) printNotice(say`embedded before it: ${printable(context, maxContextLength)}`);
  if (lastLine === undefined) return;
  const name = printable(source, maxContextLength);
  printNotice(say`${name} ends before that line: this is its last chunk, which starts on line ${lastLine}.`);
}

function render({ text }: FoundText): Printable {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  return joined(lines.map((line) => say`${printable(line.replaceAll('\t', '    '), maxLineLength)}\n`));
}
