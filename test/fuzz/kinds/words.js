// A stranger's words in names of files, records and models, and in what a server says, by every command that prints.

import { foreign, foreignName, foreignText } from '../lib/words.js';
import { startOllama } from '../servers/ollama.js';

export async function play(c) {
  const { random } = c;
  const way = random.pick(['names', 'names', 'records', 'model', 'error', 'pull', 'missing model', 'out']);
  c.subject = `words: ${way}`;
  c.documents();
  const args = ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none'];
  if (way === 'names') {
    for (const ending of ['.md', '.png', '.pdf', '/page.md', '.jsonl'])
      c.write(`work/docs/${foreignName(random, ending)}`, 'Islands, {.\n');
    await c.embed([...args, '-v']);
    await c.embed(['search', 'islands', ...random.pick([[], ['--json']])]);
    await c.embed(['verify']);
    await c.embed([...args, random.pick(['--json', '-v']), '--rebuild', '--allow-removals']);
  } else if (way === 'records') {
    const record = {
      id: foreignText(random),
      text: `Islands ${foreign(random)}`,
      metadata: { title: foreign(random) },
    };
    c.write(
      'work/docs/strange.jsonl',
      `${JSON.stringify(record)}\n{"id":${JSON.stringify(foreign(random))}}\n`,
    );
    await c.embed([...args, '-v']);
    await c.embed(['search', 'islands', '-k', '20']);
    await c.embed(['search', 'islands', '--json']);
  } else if (way === 'out') {
    const out = foreignName(random);
    await c.embed([...args, '--out', `embeddings/${out}`], { verify: false });
    await c.embed(['search', 'islands', '--out', `embeddings/${out}`]);
    await c.embed(['verify', `embeddings/${out}/none`]);
  } else {
    await serverWords(c, way, args);
  }
}

async function serverWords(c, way, args) {
  const { random } = c;
  const said = foreignText(random);
  const model = way === 'model' || way === 'pull' ? `fuzz-${foreign(random)}:latest` : 'fuzz:latest';
  const status = random.pick([400, 401, 404, 500, 503]);
  const lie = (path, _body, response) => {
    if (way === 'error' && path === '/api/embed') return json(response, status, { error: said });
    if (way === 'error' && path === '/api/pull') return json(response, status, { error: said });
    if (way === 'pull' && path === '/api/tags') return json(response, 200, { models: [] });
    if (way === 'pull' && path === '/api/pull') {
      response.end(
        `${JSON.stringify({ status: said, completed: 1, total: 2 })}\n${JSON.stringify(random.chance(0.5) ? { error: said } : { status: 'success' })}\n`,
      );
      return true;
    }
    return false;
  };
  const server = c.use(await startOllama({ model, lie }));
  const named = way === 'missing model' ? `none-${foreign(random)}` : model;
  const env = { OLLAMA_EMBEDDING_MODEL: named };
  const options = { url: server.url, env, late: false };
  const flags = ['--max-retries', '0', '--model', named];
  await c.embed([...args, ...flags, ...(way === 'pull' ? ['--pull'] : [])], options);
  await c.embed(
    random.pick([
      ['search', 'islands', ...flags],
      ['doctor', '--model', named],
      ['doctor', '--json', '--model', named],
    ]),
    options,
  );
  if (way === 'pull' || way === 'missing model') {
    c.index();
    await c.embed(
      random.pick([
        ['ingest', 'docs', '--rebuild', ...flags],
        ['bench', '--quick', '--time-limit', '5s', ...flags],
      ]),
      options,
    );
  }
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
  return true;
}
