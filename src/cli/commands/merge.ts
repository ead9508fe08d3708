// `embed merge`: what it prints.
import { relative } from 'node:path';
import type { MergeResult } from '../../commands/merge.js';
import { plural } from '../../text/plural.js';
import { type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { merge as declared } from '../declared/merge.js';
import type { Outcome } from '../declared/outcome.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { paintNotice as paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, printNotices } from '../terminal/print.js';
import { foreign, summariseStep } from '../terminal/step-summary.js';

export async function runMerge(given: Given<typeof declared>): Promise<Outcome> {
  const { out, allowRemovals, wait, quiet } = given.flags;
  const { dirs } = given.arguments;
  const named = dirs.length > 0 ? dirs : [out ?? (await settingsFor(given, printNotice)).settings.out];
  const { merge } = await import('../../commands/merge.js');
  const result = await withSignals(
    (signal) =>
      merge({
        ...{ dirs: named, out, allowRemovals, wait, signal },
        events: printedEvents((line) => quiet || printNotice(line)),
      }),
    'the output is as it was',
  );
  if (!quiet) printNotices(render(result));
  summariseStep(() => ({
    title: say`embed merge`,
    rows: [
      [say`Output`, foreign(relative(process.cwd(), result.out) || '.')],
      [say`Documents`, plural(result.documents, 'document')],
      [say`Chunks`, plural(result.rows, 'chunk')],
      [say`Shards`, plural(result.shards.length, 'shard')],
      [say`Failures`, plural(result.failures, 'failure')],
    ],
  }));
  return { result };
}

function render({ out, changed, documents, rows, failures, shards }: MergeResult): Printable {
  const where = paint.bold(printable(relative(process.cwd(), out) || '.'));
  const all = say`${plural(rows, 'chunk')} of ${plural(documents, 'document')}`;
  const done = changed
    ? say`${all} in ${where}, of ${plural(shards.length, 'shard')}`
    : say`nothing changed in ${where}: ${all}`;
  const failed =
    failures === 0 ? say`` : say`  ${plural(failures, 'failure')} of their runs: failures.jsonl\n`;
  return say`${paint.green(say`✓`)} ${done}\n${failed}`;
}
