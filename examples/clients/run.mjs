// Asks a gateway with the clients that people have, each as its own manual says, and compares the vectors with those that a
// plain request gives. Clients that aren't installed are left out, and named.
//
//   node run.mjs [GATEWAY] [MODEL]        default: http://127.0.0.1:11444, the first model of its list
//   PYTHON=…/bin/python node run.mjs      an interpreter that has the Python clients
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [gateway = 'http://127.0.0.1:11444', given] = process.argv.slice(2);
const token = process.env.EMBED_SERVE_TOKEN ?? 'none';
const headers = { authorization: `Bearer ${token}` };
const model = given ?? (await get('/api/tags')).models[0].name;
const texts = ['The lamp of Skarn Light is kept burning by Ida Holm.', 'naïve café'];
const { embeddings: right } = await get('/api/embed', { model, input: texts });

async function get(path, body) {
  const answer = await fetch(gateway + path, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${gateway}${path} answers ${answer.status}: ${await answer.text()}`);
  return await answer.json();
}

/** Packages are looked for beside this file, and where it was started. */
async function load(name) {
  for (const folder of [dirname(fileURLToPath(import.meta.url)), process.cwd()]) {
    for (let at = folder; ; at = dirname(at)) {
      const file = join(at, 'node_modules', name, 'package.json');
      if (existsSync(file)) {
        const { version } = JSON.parse(readFileSync(file, 'utf8'));
        const entry = createRequire(join(at, 'package.json')).resolve(name);
        return { version, ...(await import(pathToFileURL(entry).href)) };
      }
      if (dirname(at) === at) break;
    }
  }
  return undefined;
}

const clients = {
  async ollama({ Ollama }) {
    const { embeddings } = await new Ollama({ host: gateway, headers }).embed({ model, input: texts });
    return embeddings;
  },
  async openai({ OpenAI }) {
    const client = new OpenAI({ baseURL: `${gateway}/v1`, apiKey: token });
    return (await client.embeddings.create({ model, input: texts })).data.map(({ embedding }) => embedding);
  },
  async '@langchain/ollama'({ OllamaEmbeddings }) {
    const embeddings = new OllamaEmbeddings({ model, baseUrl: gateway, headers: new Headers(headers) });
    return await embeddings.embedDocuments(texts);
  },
  async '@langchain/openai'({ OpenAIEmbeddings }) {
    const options = { model, apiKey: token, configuration: { baseURL: `${gateway}/v1` } };
    return await new OpenAIEmbeddings(options).embedDocuments(texts);
  },
  async '@ai-sdk/openai-compatible'({ createOpenAICompatible }) {
    const { embedMany } = await load('ai');
    const provider = createOpenAICompatible({ name: 'gateway', baseURL: `${gateway}/v1`, apiKey: token });
    return (await embedMany({ model: provider.textEmbeddingModel(model), values: texts })).embeddings;
  },
};

/** What a client gave is right when it is what the plain request gave, to the digits of a float32. */
function isRight(rows) {
  const same = (a, b) => Math.abs(a - b) <= 1e-6;
  return (
    rows?.length === right.length &&
    right.every(
      (row, at) =>
        row.length === rows[at].length && row.every((value, index) => same(value, rows[at][index])),
    )
  );
}

let failed = 0;
function tell(what, version, outcome) {
  if (outcome !== 'same vectors' && outcome !== 'not installed') failed++;
  console.log(`${what} ${version ?? ''}: ${outcome}`.replace(' :', ':'));
}

console.log(`gateway ${gateway}, model ${model}, ${right[0].length} dimensions`);
for (const [name, embed] of Object.entries(clients)) {
  const client = await load(name);
  if (!client) {
    tell(`node ${name}`, undefined, 'not installed');
    continue;
  }
  try {
    tell(`node ${name}`, client.version, isRight(await embed(client)) ? 'same vectors' : 'OTHER VECTORS');
  } catch (error) {
    tell(`node ${name}`, client.version, `FAILED: ${error.message}`);
  }
}

const script = fileURLToPath(new URL('clients.py', import.meta.url));
const python = spawnSync(
  process.env.PYTHON ?? 'python3',
  [script, gateway, model, token, JSON.stringify(texts)],
  {
    encoding: 'utf8',
    maxBuffer: 1e8,
  },
);
if (python.status !== 0) {
  tell('python', undefined, `FAILED: ${python.stderr?.trim().split('\n').at(-1) ?? python.error?.message}`);
} else {
  for (const line of python.stdout.trim().split('\n')) {
    const { name, version, vectors, error } = JSON.parse(line);
    const outcome = error
      ? `FAILED: ${error}`
      : !version
        ? 'not installed'
        : isRight(vectors)
          ? 'same vectors'
          : 'OTHER VECTORS';
    tell(`python ${name}`, version, outcome);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
