// Patterns that make a backtracking matcher try for ever, by every way in, beside a name that almost matches.
export async function play(c) {
  const { random } = c;
  c.documents();
  const letter = random.pick(['a', 'b', '-']);
  c.write(`work/docs/${letter.repeat(60)}c.md`, 'Islands.\n');
  if (random.chance(0.3)) c.write(`work/docs/${`${letter}/`.repeat(60)}c.md`, 'Islands.\n');
  const pattern = make(random, letter);
  const way = random.pick([
    'exclude',
    'include',
    'argument',
    '.batchrc exclude',
    '.batchrc include',
    '.gitignore',
    '.embedignore',
  ]);
  c.subject = `patterns: ${way}`;
  const args = ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--dry-run'];
  if (way === 'exclude' || way === 'include') args.push(`--${way}=${pattern}`);
  if (way === 'argument') args[1] = `docs/${pattern}`;
  if (way.startsWith('.batchrc'))
    c.write('work/.batchrc', `${way.split(' ')[1]}: [${JSON.stringify(pattern)}]\n`);
  if (way.endsWith('ignore')) c.write(`work/docs/${way}`, `${pattern}\n`.repeat(random.pick([1, 1, 2000])));
  await c.embed(args);
}

function make(random, letter) {
  const a = letter;
  const stars = random.pick([12, 40, 200]);
  return random.pick([
    `(${a}|${a}?)+`,
    `+(${a}|+(${a}))z`,
    `${`*${a}`.repeat(stars)}z`,
    `${'*'.repeat(stars)}z`,
    `${'**/'.repeat(stars)}z`,
    `${`**/*${a}`.repeat(stars)}/z`,
    `{${`${a},`.repeat(stars)}}z`,
    '{1..10000000}',
    `${'{a,b}'.repeat(stars)}`,
    `${'{'.repeat(5000)}a${'}'.repeat(5000)}`,
    `${'['.repeat(5000)}`,
    `[${a}-\\]`,
    `!(${a}*${a}*${a}*)z`,
    `@(${`*${a}|`.repeat(stars)})z`,
    `${'?'.repeat(stars)}*${'?'.repeat(stars)}`,
    `[[:alpha:]${a}]*`,
    `${a.repeat(70_000)}`,
    random.bytes(20).toString('latin1').replace(/[\0]/g, ''),
  ]);
}
