// `embed verify`: flags and printing.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitCodes } from '../errors.js';

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('check an output whole: rows, hashes, ids, norms, canaries')
    .argument('[dir]', 'output folder', './embeddings')
    .option('--json', 'findings as JSON on standard output')
    .addHelpText(
      'after',
      `
Nothing is written and no embedder is contacted. A damaged output exits with 5.

Examples:
  $ embed verify
  $ embed verify ./notes-index --json`,
    );
  return command.action(async (dir: string, options: { json?: boolean }) => {
    const { verify } = await import('../commands/verify.js');
    const { problems, rows, documents } = await verify(resolve(dir));
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ ok: problems.length === 0, rows, documents, problems }, null, 2)}\n`,
      );
    } else if (problems.length === 0) {
      process.stdout.write(`${dir}: fine (${documents} documents, ${rows} rows)\n`);
    } else {
      for (const problem of problems) process.stderr.write(`${dir}: ${problem}\n`);
    }
    if (problems.length > 0) process.exitCode = exitCodes.output;
  });
}
