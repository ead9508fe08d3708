// A server for a better order that lies in scores, numbers and sizes: it costs a warning, and no result.
import { spoilt } from '../lib/values.js';
import { startJson } from '../servers/json.js';
import { ways } from './ollama.js';

const lies = Object.fromEntries(
  Object.entries(ways).filter(([name]) => !['numbers', 'count', 'claims'].includes(name)),
);
lies.values = (response, random, honest) => response.end(JSON.stringify(spoilt(random, honest)));
lies.places = (response, random, honest) => {
  const place = () => random.pick([-1, 0, 2 ** 31, 2 ** 32 - 2, 2 ** 53, 1e300, '__proto__', 'length']);
  response.end(JSON.stringify({ results: honest.results.map((one) => ({ ...one, index: place() })) }));
};
lies.many = (response, random, honest) => {
  const many = Array(random.size(300_000)).fill(honest.results[0]);
  response.end(JSON.stringify(random.chance(0.5) ? many : { results: many }));
};

export async function play(c) {
  const { random } = c;
  const way = random.pick(Object.keys(lies));
  c.subject = `rerank: ${way}`;
  const server = c.use(
    await startJson({
      answer,
      lie(_path, response, honest) {
        lies[way](response, random, honest);
        return true;
      },
    }),
  );
  c.index();
  const hasty = ['--rerank', server.url, '--batch-timeout', '800'];
  const seen = await c.embed(
    [
      ...random.pick([
        ['search', 'islands'],
        ['search', 'islands', '--json'],
        ['search', 'pages', '--words'],
      ]),
      ...hasty,
    ],
    { stops: false },
  );
  if (seen.code !== 0) c.find('exit', `exit ${seen.code} for a server that only orders`, 'embed search');
}

function answer(_method, _path, { documents = [], texts = documents }) {
  if (!Array.isArray(texts)) return { results: [] };
  return { results: texts.map((_, index) => ({ index, relevance_score: 1 / (index + 1) })) };
}
