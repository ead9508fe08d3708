// `embed verify`: flags and printing.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitCodes } from '../../errors.js';
import { command as shell } from '../../text/plural.js';
import { printable, printableJson, say } from '../../text/printable.js';
import { path } from '../flags.js';
import { printNotice, printResult } from '../terminal/print.js';

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('check an output whole: rows, hashes, ids, norms, canaries')
    .argument('[dir]', 'output folder', path, './embeddings')
    .option('--json', 'the result as JSON on standard output')
    .addHelpText(
      'after',
      `
Nothing is written and no embedder is contacted. A damaged output exits with 5.

Examples:
  $ embed verify
  $ embed verify ./notes-index --json`,
    );
  return command.action(async (dir: string, options: { json?: boolean }) => {
    const { verify } = await import('../../commands/verify.js');
    const { problems, rows, documents } = await verify(resolve(dir));
    if (options.json) {
      printResult(printableJson({ ok: problems.length === 0, rows, documents, problems }, 2));
    } else if (problems.length === 0) {
      printResult(say`${printable(dir)}: fine (${documents} documents, ${rows} rows)`);
    } else {
      for (const problem of problems) printNotice(say`${printable(dir)}: ${printable(problem)}`);
      // What can't even be opened has said so itself.
      if (documents > 0) {
        const again = printable(shell`embed ingest <the same paths> --out ${dir} --rebuild`);
        printNotice(say`To build it again, with known vectors from the cache: ${again}`);
      }
    }
    if (problems.length > 0) process.exitCode = exitCodes.output;
  });
}
