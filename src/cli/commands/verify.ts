// `embed verify`: what it prints.
import { resolve } from 'node:path';
import { exitCodes } from '../../errors.js';
import { command as shell } from '../../text/plural.js';
import { printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { verify as declared } from '../declared/verify.js';
import { printNotice, printResult } from '../terminal/print.js';

export async function runVerify({ arguments: { dir }, flags }: Given<typeof declared>): Promise<Outcome> {
  const { verify } = await import('../../commands/verify.js');
  const { problems, rows, documents } = await verify(resolve(dir), { deep: flags.deep });
  const [first] = problems;
  if (first === undefined) {
    if (!flags.json) printResult(say`${printable(dir)}: fine (${documents} documents, ${rows} rows)`);
    return { result: { ok: true, rows, documents, problems } };
  }
  if (!flags.json) {
    for (const problem of problems) printNotice(say`${printable(dir)}: ${printable(problem)}`);
    // What can't even be opened has said so itself.
    if (documents > 0) {
      const again = printable(shell`embed ingest <the same paths> --out ${dir} --rebuild`);
      printNotice(say`To build it again, with known vectors from the cache: ${again}`);
    }
  }
  return {
    result: { ok: false, rows, documents, problems },
    error: { code: 'EMBED_DAMAGED_OUTPUT', message: `${dir}: ${first}`, exit: exitCodes.output },
  };
}
