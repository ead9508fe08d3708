// The command line's entry. Asking for the version must cost nothing, so the rest is loaded only when needed.
import { readPackage } from '../package.js';
import { printable } from '../text/printable.js';
import { printResult } from './terminal/print.js';

const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
  printResult(printable(readPackage().version));
} else {
  const { compilePatiently } = await import('./compile-budget.js');
  compilePatiently();
  const { run } = await import('./program.js');
  await run(process.argv);
}
