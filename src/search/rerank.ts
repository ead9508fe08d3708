// Asks a server for a better order of results, by `/v1/rerank` as llama.cpp's server and infinity have it, or `/rerank` with
// the fields of TEI. A server that fails costs a warning, and the order stays: results without it are better than none.
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { readUpTo } from '../net/bounded-body.js';
import { ServerConnections } from '../net/connections.js';
import { parseForeign } from '../text/foreign-json.js';
import { maskAddress, withoutSecrets } from '../text/masked-address.js';
import { printable } from '../text/printable.js';
import type { RerankOptions, SearchResult } from './options.js';

export interface RerankWork extends RerankOptions {
  settings: Settings;
  signal: AbortSignal;
  warn(message: string): void;
}

/** Results that a server is sent, unless it is told. */
export const defaultReranked = 50;
/** Bytes of an answer at most. */
const mostBytes = 4 * 1024 * 1024;

/**
 * @returns the results, those that the server was sent in its order
 * @throws {UsageError} when the address is none
 * @throws the signal's reason
 */
export async function rerank(
  question: string,
  results: readonly SearchResult[],
  work: RerankWork,
): Promise<SearchResult[]> {
  const { url: written, most = defaultReranked, settings, signal, warn } = work;
  const url = urlOf(written);
  const sent = results.slice(0, most);
  if (sent.length === 0) return [...results];
  const connections = new ServerConnections({
    url,
    proxies: settings,
    connectTimeoutMs: settings.batchTimeout,
  });
  try {
    const scores = await ask(connections, url, question, sent, work);
    const order = sent.map((_, place) => place).sort((a, b) => scores[b]! - scores[a]! || a - b);
    return [...order.map((place) => ({ ...sent[place]!, rerank: scores[place]! })), ...results.slice(most)];
  } catch (error) {
    signal.throwIfAborted();
    const said = printable(withoutSecrets(String((error as Error).message), url.password), 200);
    warn(`${maskAddress(written)} can't rerank (${said}): results stay in their order.`);
    return [...results];
  } finally {
    await connections.close();
  }
}

function urlOf(written: string): URL {
  const text = /^https?:\/\//.test(written) ? written : `http://${written}`;
  if (!URL.canParse(text))
    throw new UsageError(`--rerank: ${maskAddress(written)} is no address of a server.`);
  return new URL(text);
}

/** @returns a score for each result that was sent */
async function ask(
  connections: ServerConnections,
  url: URL,
  question: string,
  sent: readonly SearchResult[],
  { model, settings: { batchTimeout }, signal }: RerankWork,
): Promise<number[]> {
  const texts = sent.map(({ text }) => text);
  const documents = {
    ...(model !== undefined && { model }),
    query: question,
    documents: texts,
    top_n: texts.length,
  };
  const bare = url.pathname.replace(/\/+$/, '');
  const paths = bare.endsWith('rerank')
    ? [bare]
    : [`${bare.replace(/\/v1$/, '')}/v1/rerank`, `${bare}/rerank`];
  const tries = [
    ...paths.map((path) => ({ path, body: documents as object })),
    // TEI knows no documents.
    { path: paths.at(-1)!, body: { query: question, texts, truncate: true } },
  ];
  const key = decodeURIComponent(url.password || url.username);
  let refused = '';
  for (const { path, body } of tries) {
    const late = AbortSignal.timeout(batchTimeout);
    const answer = await connections.request({
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/json',
        ...(key !== '' && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, late]),
    });
    const { bytes, isWhole } = await readUpTo(answer.body, mostBytes);
    if (answer.statusCode < 300) {
      if (!isWhole) throw new Error('it gave more than an answer can be');
      return scoresOf(parseForeign(bytes), texts.length);
    }
    refused = `${answer.statusCode} ${bytes.toString('utf8', 0, 300)}`.trim();
    // Only what another way of asking could mend is asked again.
    if (![400, 404, 405, 422].includes(answer.statusCode)) break;
  }
  throw new Error(refused);
}

/** @throws {Error} when a score is missing, or is none */
function scoresOf(json: unknown, count: number): number[] {
  const list = Array.isArray(json) ? json : (json as { results?: unknown } | null)?.results;
  const scores = new Array<number>(count).fill(Number.NaN);
  for (const one of Array.isArray(list) ? list.slice(0, count) : []) {
    const {
      index,
      relevance_score: relevance,
      score = relevance,
    } = (one ?? {}) as { [key: string]: unknown };
    if (Number.isInteger(index) && typeof score === 'number') scores[index as number] = score;
  }
  if (scores.every(Number.isFinite)) return scores;
  throw new Error('its answer has not a score for each text');
}
