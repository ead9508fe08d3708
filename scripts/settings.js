// What is written from the declarations: the table of settings, the example of a configuration file and its JSON Schema,
// the page of formats, and what programs are told of the search over HTTP. `npm run docs:settings` writes them; `--check`
// writes nothing, and fails where something would change.
import { readFileSync, writeFileSync } from 'node:fs';

const { schemaOf, typedValue } = await import('../dist/config/kinds/rule.js');
const { openApi } = await import('../dist/gateway/routes/openapi.js');
const { listFormats } = await import('../dist/commands/formats.js');
const { settingsTable } = await import('../dist/config/settings.js');

const root = new URL('..', import.meta.url);
const read = (name) => readFileSync(new URL(name, root), 'utf8');
const { name: packageName } = JSON.parse(read('package.json'));

const schemaFile = 'batchrc.schema.json';

/** Files with what they should hold, by name. */
function written() {
  return {
    'docs/settings.md': withTable(read('docs/settings.md')),
    'docs/formats.md': withFormats(read('docs/formats.md')),
    '.batchrc.example.json': json(example()),
    [schemaFile]: json(schema()),
    'docs/openapi.json': json(openApi()),
  };
}

/** The page with a table of all settings. */
function withTable(page) {
  return withRows(
    page,
    '| key | flag | variable | default | what |\n|---|---|---|---|---|\n',
    settingsTable.map(row),
  );
}

/** The page with a table of all formats. */
function withFormats(page) {
  const rows = listFormats().map(({ title, extensions, names, keeps }) => {
    const cells = [title, [...extensions, ...names].map(code).join(' '), keeps];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  });
  return withRows(page, '| format | files | what is kept |\n|---|---|---|\n', rows);
}

/** A page with the rows of its table that has this head. */
function withRows(page, head, rows) {
  const [before, after, ...more] = page.split(head);
  if (after === undefined || more.length > 0) throw new Error(`A page needs one table of ${head}`);
  return before + head + rows.join('') + after.replace(/^(\|.*\n)*/, '');
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

/** The common settings, for a project in which the package is installed. */
function example() {
  const common = settingsTable.filter(({ example }) => example !== undefined);
  return {
    $schema: `./node_modules/${packageName}/${schemaFile}`,
    ...Object.fromEntries(common.map(({ key, example }) => [key, example])),
  };
}

/** Of draft 7, which editors know best. */
function schema() {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of embed: .batchrc, .batchrc.json, .batchrc.yaml, "batch" of package.json',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(settingsTable.map((setting) => [setting.key, property(setting)])),
    },
    additionalProperties: false,
  };
}

function property(setting) {
  const { flag, env, default: value, otherwise = value, decided } = setting;
  const elsewhere = [/--[\w-]+/.exec(flag ?? '')?.[0], env].filter((name) => name !== undefined);
  const also = elsewhere.length > 0 ? [`Also: ${elsewhere.join(', ')}.`] : [];
  const otherwiseSaid = decided === undefined ? [] : [`Default: ${decided}.`];
  return {
    description: [`${about(setting)}.`, ...otherwiseSaid, ...also].join(' '),
    ...schemaOf(setting),
    ...(otherwise !== undefined && { default: otherwise }),
  };
}

/** A flag that takes something away says the contrary of its setting. */
function about({ flag, help }) {
  return flag?.startsWith('--no-') ? `false: ${help}` : help;
}

/** Lists of plain values on one line, as the formatter has them. */
function json(value) {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, items) => `[${items.replace(/,\n\s+/g, ', ')}]`)}\n`;
}

const stale = Object.entries(written()).filter(([name, text]) => !isSame(name, text));
if (process.argv.includes('--check')) {
  for (const [name] of stale) console.error(`${name} is stale: npm run docs:settings writes it again.`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [name, text] of stale) writeFileSync(new URL(name, root), text);
}

function isSame(name, text) {
  try {
    return read(name) === text;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}
