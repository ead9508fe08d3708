// A worker process: one engine, one job at a time. The pool starts it with the engine's name as its argument.
//
// It is a process, not a thread, because onnxruntime-node 1.16.3 keeps pointers to one JavaScript environment in
// global variables: loaded by several threads, it corrupts the heap, and stopping a thread during a run aborts the
// whole program. A process can be killed at any time.
import { EmbedderFault } from '../../../errors.js';
import type { Engine, EngineVariant } from '../engines/engine.js';
import { loadOnnxRuntime, openOnnxEngine } from '../engines/onnx-engine.js';
import { openWasmEngine } from '../engines/wasm-engine.js';
import { windowTokens } from '../onnx/graph.js';
import { UnigramTokenizer } from '../tokenizer.js';
import { readVocabulary } from '../weights.js';
import { embedText } from '../windows.js';
import type { Answer, EngineChoice, Job } from './messages.js';

interface Starter {
  variant: EngineVariant;
  open(): Promise<Engine>;
}

interface Tools {
  engine: Engine;
  tokenizer: UnigramTokenizer;
}

// Ctrl-C reaches all processes of the group. The main process handles it, and may finish the texts in flight.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());

start(process.argv[2] as EngineChoice);

function start(choice: EngineChoice): void {
  let starter: Starter;
  try {
    starter = choose(choice);
  } catch (error) {
    answer({ kind: 'failed', reason: describe(error) });
    return;
  }
  // The engine opens at the first job: often only the variant is needed.
  let tools: Promise<Tools> | undefined;
  let last: Promise<void> = Promise.resolve();
  process.on('message', (job: Job) => {
    tools ??= openTools(starter);
    const ready = tools;
    last = last.then(() => run(job, ready));
  });
  answer({ kind: 'started', variant: starter.variant });
}

/** Loads onnxruntime, unless WebAssembly was chosen: only loading it shows whether it runs on this system. */
function choose(choice: EngineChoice): Starter {
  if (choice === 'wasm') return { variant: 'wasm-fp32', open: openWasmEngine };
  try {
    const runtime = loadOnnxRuntime();
    return { variant: 'onnx-int8', open: () => openOnnxEngine(runtime) };
  } catch (error) {
    if (choice === 'onnx') throw error;
    return choose('wasm');
  }
}

async function openTools({ open }: Starter): Promise<Tools> {
  return { engine: await open(), tokenizer: new UnigramTokenizer(readVocabulary().entries) };
}

async function run({ id, texts, truncate }: Job, ready: Promise<Tools>): Promise<void> {
  try {
    const { engine, tokenizer } = await ready;
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      vectors.push(await embedText(engine, tokenizer, text, windowTokens, truncate));
    }
    answer({ kind: 'vectors', id, values: join(vectors) });
  } catch (error) {
    const meaning = error instanceof EmbedderFault ? error.meaning : 'unreachable';
    answer({ kind: 'fault', id, meaning, message: describe(error) });
  }
}

function join(vectors: readonly Float32Array[]): Float32Array {
  const size = vectors[0]!.length;
  const values = new Float32Array(vectors.length * size);
  vectors.forEach((vector, i) => {
    values.set(vector, i * size);
  });
  return values;
}

function answer(message: Answer): void {
  process.send?.(message);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
