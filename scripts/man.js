// Writes the manual page, which is made of the declarations of commands and settings: a step of the build.
import { writeFileSync } from 'node:fs';

const { declarations } = await import('../dist/cli/declared/all.js');
const { manualPage } = await import('../dist/cli/help/manual.js');
const { readPackage } = await import('../dist/package.js');

writeFileSync(
  new URL('../dist/embed.1', import.meta.url),
  await manualPage(declarations, readPackage().version),
);
