// What is written from the declarations of the settings: the README's table. `npm run docs:settings` writes it;
// `--check` writes nothing, and fails where something would change.
import { readFileSync, writeFileSync } from 'node:fs';

const { typedValue } = await import('../dist/config/kinds/rule.js');
const { SETTINGS } = await import('../dist/config/settings.js');

const ROOT = new URL('..', import.meta.url);
const read = (name) => readFileSync(new URL(name, ROOT), 'utf8');

/** Files with what they should hold, by name. */
function written() {
  return { 'README.md': withTable(read('README.md')) };
}

/** The README with a table of all settings. */
function withTable(page) {
  const head = '| key | flag | variable | default | what |\n|---|---|---|---|---|\n';
  const [before, after, ...more] = page.split(head);
  if (after === undefined || more.length > 0) throw new Error('The README needs one table of settings.');
  return before + head + SETTINGS.map(row).join('') + after.replace(/^(\|.*\n)*/, '');
}

function row(setting) {
  const { key, flag = '', env = '', help } = setting;
  const cells = [code(key), code(flag.replace(/^-\w, /, '')), code(env), inForce(setting), help];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}

/** What counts where nothing is set, as it can be typed, or in words. */
function inForce(setting) {
  const { default: value, otherwise, decided, serveDefault } = setting;
  const typed = (one) => code(one === undefined ? '' : typedValue(setting, one));
  const own = decided ?? typed(value ?? otherwise);
  return serveDefault === undefined ? own : `${own}, for \`serve\` ${typed(serveDefault)}`;
}

function code(text) {
  return text === '' ? '' : `\`${text}\``;
}

const stale = Object.entries(written()).filter(([name, text]) => read(name) !== text);
if (process.argv.includes('--check')) {
  for (const [name] of stale) console.error(`${name} is stale: npm run docs:settings writes it anew.`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [name, text] of stale) writeFileSync(new URL(name, ROOT), text);
}
