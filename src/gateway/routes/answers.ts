// Writes answers with vectors as bytes, a part at a time: Ollama's and OpenAI's, with their fields in the order of the
// real servers.
import type { Vector } from '../../types/vector.js';
import { maxFloatBytes } from '../../vectors/decimals.js';
import { decimalsKernel } from '../../vectors/kernel/kernel.js';

/** How an answer is written: its start, its vectors in any number of parts, and its end. */
export interface AnswerFormat {
  contentType: string;
  start: string;
  /** @param from index of the first of these vectors in the answer */
  part(vectors: readonly Vector[], from: number): Buffer;
  end(): string;
}

const jsonUtf8 = 'application/json; charset=utf-8';

/** The answer of `/api/embed`. @param times in ns, read when it ends */
export function ollamaAnswer(
  model: string,
  { tokens, times }: { tokens: number; times(): { total: number; load: number } },
): AnswerFormat {
  return {
    contentType: jsonUtf8,
    start: `{"model":${JSON.stringify(model)},"embeddings":[`,
    part: (vectors, from) => joined(vectors, from),
    end() {
      const { total, load } = times();
      return `],"total_duration":${total},"load_duration":${load},"prompt_eval_count":${tokens}}`;
    },
  };
}

/** The answer of `/v1/embeddings`. */
export function openAiAnswer(
  model: string,
  { tokens, base64 }: { tokens: number; base64: boolean },
): AnswerFormat {
  return {
    contentType: 'application/json',
    start: '{"object":"list","data":[',
    part: (vectors, from) =>
      base64
        ? base64Part(vectors, from)
        : joined(vectors, from, '{"object":"embedding","embedding":', (index) => `,"index":${index}}`),
    end: () =>
      `],"model":${JSON.stringify(model)},"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}}`,
  };
}

/** The answer of `/embedding`. */
export function plainAnswer(
  fields: { model: string; dimensions: number; tokens: number },
  single: boolean,
): AnswerFormat {
  const start = JSON.stringify(fields).slice(0, -1);
  return {
    contentType: jsonUtf8,
    start: single ? `${start},"embedding":` : `${start},"embeddings":[`,
    part: (vectors, from) => joined(vectors, from),
    end: () => (single ? '}' : ']}'),
  };
}

/** The answer of `/api/embeddings`. */
export function legacyAnswer(): AnswerFormat {
  return {
    contentType: jsonUtf8,
    start: '{"embedding":',
    part: (vectors, from) => joined(vectors, from),
    end: () => '}',
  };
}

/** Little-endian float32 in base64, as OpenAI sends it. */
function base64Part(vectors: readonly Vector[], from: number): Buffer {
  const items = vectors.map((vector, at) => {
    const data = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
    return `{"object":"embedding","embedding":"${data}","index":${from + at}}`;
  });
  return Buffer.from((from > 0 ? ',' : '') + items.join(','), 'latin1');
}

/** Vectors and the texts around them, with commas between. */
function joined(
  vectors: readonly Vector[],
  from: number,
  before = '',
  after: (index: number) => string = () => '',
): Buffer {
  const most = before.length + after(from + vectors.length).length + '[],'.length;
  const buffer = Buffer.allocUnsafe(
    vectors.reduce((sum, vector) => sum + vector.length * maxFloatBytes + most, 0),
  );
  let at = 0;
  for (const [index, vector] of vectors.entries()) {
    if (from + index > 0) buffer[at++] = 0x2c;
    at += buffer.write(before, at, 'latin1');
    buffer[at++] = 0x5b;
    at = decimalsKernel().print(buffer, at, vector);
    buffer[at++] = 0x5d;
    at += buffer.write(after(from + index), at, 'latin1');
  }
  return buffer.subarray(0, at);
}
