// `embed verify`: what it prints.
import { resolve } from 'node:path';
import type { Verification } from '../../commands/verify.js';
import { loadSettings } from '../../config/load.js';
import { rebuildCommand } from '../../output/format/damage.js';
import { plural } from '../../text/plural.js';
import { printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import { codedError, type Outcome } from '../declared/outcome.js';
import type { verify as declared } from '../declared/verify.js';
import { nearIndex } from '../near-index.js';
import { printNotice, printResult } from '../terminal/print.js';
import { pathsFromHere } from '../terminal/shown-path.js';
import { foreign, type StepSummary, summariseStep } from '../terminal/step-summary.js';

interface Verified extends Verification {
  /** As it was named. */
  dir: string;
  ok: boolean;
}

export async function runVerify({ arguments: given, flags }: Given<typeof declared>): Promise<Outcome> {
  const { verify, outputsIn } = await import('../../commands/verify.js');
  const named = [...given.dir, ...(flags.out ?? [])];
  const outputs: Verified[] = [];
  const places = named.length > 0 ? named : [nearIndex(await loadSettings({ file: flags.config })).out];
  for (const place of places) {
    for (const dir of await outputsIn(place)) {
      const { problems, rows, documents } = await verify(resolve(dir), { deep: flags.deep });
      const verified = { dir, ok: problems.length === 0, rows, documents, problems };
      if (!flags.json) print(verified);
      outputs.push(verified);
    }
  }
  summariseStep(() => summaryOf(outputs));
  const damaged = outputs.find(({ ok }) => !ok);
  const result = {
    ok: damaged === undefined,
    rows: outputs.reduce((sum, { rows }) => sum + rows, 0),
    documents: outputs.reduce((sum, { documents }) => sum + documents, 0),
    problems: outputs.flatMap(({ problems }) => problems),
    outputs,
  };
  if (damaged === undefined) return { result };
  const { dir, problems } = damaged;
  return {
    result,
    error: codedError('EMBED_DAMAGED_OUTPUT', `${dir}: ${problems[0]}`),
  };
}

function print({ dir, problems, rows, documents }: Verified): void {
  if (problems.length === 0) {
    printResult(say`${printable(dir)}: fine (${plural(documents, 'document')}, ${plural(rows, 'row')})`);
    return;
  }
  for (const problem of problems) printNotice(say`${printable(dir)}: ${printable(pathsFromHere(problem))}`);
  // What can't even be opened has said so itself.
  if (documents > 0) {
    const again = printable(pathsFromHere(rebuildCommand(dir)));
    printNotice(say`To build it again, with known vectors from the cache: ${again}`);
  }
}

function summaryOf(outputs: readonly Verified[]): StepSummary {
  const counted = ({ documents, rows }: Verified) =>
    say`${plural(documents, 'document')}, ${plural(rows, 'row')}`;
  return {
    title: say`embed verify`,
    rows: outputs.map((one) => [foreign(one.dir), one.ok ? say`fine (${counted(one)})` : say`damaged`]),
    list: {
      title: say`Problems`,
      rows: outputs.flatMap(({ dir, problems }) => problems.map((one) => [foreign(dir), foreign(one)])),
    },
  };
}
