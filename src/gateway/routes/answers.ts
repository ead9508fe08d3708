// Writes answers with vectors as bytes: Ollama's and OpenAI's, with their fields in the order of the real servers.
import type { Vector } from '../../types/vector.js';
import { maxFloatBytes, writeFloats } from '../../vectors/decimals.js';

/** The answer of `/api/embed`. */
export function ollamaAnswer(
  model: string,
  vectors: readonly Vector[],
  { tokens, totalNs, loadNs }: { tokens: number; totalNs: number; loadNs: number },
): Buffer {
  return joined(
    `{"model":${JSON.stringify(model)},"embeddings":[`,
    vectors,
    () => '',
    '',
    `],"total_duration":${totalNs},"load_duration":${loadNs},"prompt_eval_count":${tokens}}`,
  );
}

/** The answer of `/v1/embeddings`. */
export function openAiAnswer(
  model: string,
  vectors: readonly Vector[],
  { tokens, base64 }: { tokens: number; base64: boolean },
): Buffer {
  const end = `],"model":${JSON.stringify(model)},"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}}`;
  if (base64) {
    const data = vectors.map(
      (vector, index) => `{"object":"embedding","embedding":"${base64Of(vector)}","index":${index}}`,
    );
    return Buffer.from(`{"object":"list","data":[${data.join(',')}${end}`);
  }
  return joined(
    '{"object":"list","data":[',
    vectors,
    (index) => `,"index":${index}}`,
    '{"object":"embedding","embedding":',
    end,
  );
}

/** The answer of `/embedding`. */
export function plainAnswer(
  fields: { model: string; dimensions: number; tokens: number },
  vectors: readonly Vector[],
  single: boolean,
): Buffer {
  const start = JSON.stringify(fields).slice(0, -1);
  if (single) return joined(`${start},"embedding":`, vectors, () => '', '', '}');
  return joined(`${start},"embeddings":[`, vectors, () => '', '', ']}');
}

/** Little-endian float32 in base64, as OpenAI sends it. */
function base64Of(vector: Vector): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** Joins vectors and the texts around them with commas. */
function joined(
  start: string,
  vectors: readonly Vector[],
  after: (index: number) => string,
  before: string,
  end: string,
): Buffer {
  const most = before.length + after(vectors.length).length + '[],'.length;
  const room = vectors.reduce((sum, vector) => sum + vector.length * maxFloatBytes + most, 0);
  const buffer = Buffer.allocUnsafe(Buffer.byteLength(start) + room + Buffer.byteLength(end));
  let at = buffer.write(start, 0);
  for (const [index, vector] of vectors.entries()) {
    if (index > 0) buffer[at++] = 0x2c;
    at += buffer.write(before, at, 'latin1');
    buffer[at++] = 0x5b;
    at = writeFloats(buffer, at, vector);
    buffer[at++] = 0x5d;
    at += buffer.write(after(index), at, 'latin1');
  }
  at += buffer.write(end, at);
  return buffer.subarray(0, at);
}
