// An Ollama that a case can make lie: honest answers from a hash of the text, and a hook before each of them.
import { createHash } from 'node:crypto';
import { startJson } from './json.js';

export const dimensions = 16;

/**
 * @param options `model`: its name; `lie(path, body, response, honest)`: answers in place of the server when
 *   it returns true; `honest` is the value that would be sent
 */
export async function startOllama({ model = 'fuzz:latest', lie = () => false } = {}) {
  const asked = [];
  const { url, stop } = await startJson({
    answer: (_method, path, body) => {
      asked.push({ path, body });
      return answer(path, body, model);
    },
    lie: (path, response, honest, body) => lie(path, body, response, honest),
  });
  return { url, model, asked, stop };
}

function answer(path, body, model) {
  const details = { format: 'gguf', family: 'fuzz', families: ['fuzz'], parameter_size: '1M' };
  const listed = { name: model, model, digest: '5a'.repeat(32), details };
  switch (path) {
    case '/api/version':
      return { version: '0.24.0' };
    case '/api/tags':
    case '/api/ps':
      return { models: [listed] };
    case '/api/show':
      return {
        details,
        model_info: {
          'general.architecture': 'fuzz',
          'fuzz.context_length': 2048,
          'fuzz.embedding_length': dimensions,
        },
        capabilities: ['embedding'],
      };
    case '/api/embed': {
      const texts = Array.isArray(body.input) ? body.input : [body.input];
      return { model, embeddings: texts.map(vectorOf), prompt_eval_count: texts.length * 20 };
    }
    case '/api/pull':
      return { status: 'success' };
    default:
      return undefined;
  }
}

/** A unit vector that no other text has. */
export function vectorOf(text) {
  const bytes = createHash('sha256').update(String(text)).digest().subarray(0, dimensions);
  const values = Array.from(bytes, (byte) => byte - 127.5);
  const norm = Math.hypot(...values);
  return values.map((value) => Math.fround(value / norm));
}
