// Records, questions and conditions of any kind, by every command that reads an output and prints: nothing is run by a
// spreadsheet, a terminal or a CI that shows it.
import { spoilt, strangeValue } from '../lib/values.js';
import { foreign, foreignName, foreignText } from '../lib/words.js';

const conditions = [
  'page=1',
  'page>=3',
  'tag in a,b',
  'a.b=1',
  '__proto__.x=1',
  'toString=1',
  'constructor.name=Object',
  'length>=1',
];

export async function play(c) {
  const { random } = c;
  c.documents();
  c.subject = 'questions';
  const records = Array.from({ length: 12 }, (_, at) =>
    JSON.stringify({
      id: random.pick([`r${at}`, foreignText(random), '=1+1', '@SUM(A1)', '-2', '+1', '\t=1', '../x', 5]),
      text: `Islands ${random.pick([foreign(random), '=HYPERLINK("http://x")', '<script>alert(1)</script>', '[a](javascript:x) | b'])} number ${at}`,
      title: foreign(random),
      page: strangeValue(random),
      tag: spoilt(random, ['a', { b: 1 }], 0.3),
      metadata: spoilt(random, { a: { b: 1 }, heading: ['x'], source: 'y', line: 1 }, 0.4),
    }),
  );
  c.write('work/docs/strange.jsonl', `${records.join('\n')}\n`);
  c.write(
    `work/docs/${foreignName(random, '.md')}`,
    `# ${foreign(random)}\n\nIslands of ${foreign(random)}\n`,
  );
  const questions = Array.from({ length: random.pick([1, 5, 300]) }, () => question(random));
  c.write('work/questions.jsonl', random.chance(0.1) ? random.bytes(500) : questions.join('\n'));
  await c.embed(['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '-q'], { stops: false });
  const where = () => ['--where', random.pick([...conditions, `${foreign(random)}=x`])];
  const source = () => [
    '--source',
    random.pick(['**', '*.jsonl', '*a*a*a*a*a*a*a*a*b', '(a|a?)+', '['.repeat(900), foreign(random)]),
  ];
  const summary = { env: { GITHUB_STEP_SUMMARY: c.path('work', 'embeddings', 'summary.md') } };
  const commands = [
    ['search', 'islands', '-k', '20', ...where()],
    ['search', 'islands', '-k', '20', '--json', ...where(), ...source()],
    ['search', 'islands', '-k', '20', '--as', 'csv'],
    ['search', 'islands', '-k', '20', '--as', 'md'],
    ['search', 'islands', '-k', '20', '--as', 'files'],
    ['search', 'islands', '--around', '2', ...source()],
    ['search', '--questions', 'questions.jsonl', '--json'],
    ['search', '--questions', 'questions.jsonl'],
    ['eval', 'questions.jsonl'],
    ['eval', 'questions.jsonl', '--json', '--words', ...where()],
    ['eval', 'questions.jsonl', '--report', 'embeddings/report.html'],
    ['eval', '--draft', '5'],
    ['list'],
    ['list', '--json', ...source()],
    ['list', '--failed'],
    ['status'],
    ['why', foreign(random), 'docs', 'docs/strange.jsonl'],
    ['why', foreign(random), '--json'],
    ['get', foreign(random)],
    ['get', 'docs/strange.jsonl#../x', '--json'],
    ['get', 'docs/strange.jsonl', '--whole'],
    ['chunks', 'docs'],
    ['forget', foreign(random), '--dry-run'],
    ['sync', `parquet:embeddings/${random.hex(3)}.parquet`],
    ['completion', 'bash'],
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--rebuild', '-v'],
  ];
  for (const args of random.some(commands, 4)) {
    const seen = await c.embed(args, { ...summary, verify: false, late: args[0] !== 'eval' });
    if (args.includes('csv')) mustBePlain(c, seen.stdout, args);
  }
}

/** A cell that begins with a sign of a formula is run by spreadsheets. */
function mustBePlain(c, csv, args) {
  const cells = [...csv.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|[^",\r\n]*)/g)].map(
    ([, quoted]) => quoted ?? '',
  );
  const formula = cells.find((cell) => /^\s*[=+\-@]/.test(cell));
  if (formula !== undefined)
    c.find(
      'formula',
      `a cell that is a formula: ${JSON.stringify(formula.slice(0, 80))}`,
      `embed ${args.join(' ')}`,
    );
}

function question(random) {
  return random.pick([
    () => JSON.stringify({ question: `islands ${random.hex(3)}`, source: 'docs/page-1.md' }),
    () => JSON.stringify({ question: foreign(random), source: foreign(random), passage: foreign(random) }),
    () => JSON.stringify({ question: 'islands', passage: `${'a '.repeat(random.size(9000))}(a|a?)+` }),
    () => JSON.stringify(spoilt(random, { question: 'islands', source: 'x', passage: 'y' }, 0.3)),
    () => '',
    () => (random.chance(0.1) ? foreign(random) : JSON.stringify({ question: 'harbours' })),
  ])();
}
