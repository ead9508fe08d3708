// Speed of the built-in embedder at about 110 tokens a text, and its ratio to the bare engine: the same
// onnxruntime sessions in as many processes, fed with prepared tensors. Both are measured in turns in one
// run, since other load on the machine changes the texts per second but hardly the ratio.
//
//   npm run build && node benchmarks/builtin.js [threads]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openBuiltinEmbedder } from '../dist/embedders/builtin/embedder.js';
import { loadOnnxRuntime } from '../dist/embedders/builtin/engines/onnx-engine.js';
import { buildGraph, inputName } from '../dist/embedders/builtin/onnx/graph.js';
import { UnigramTokenizer } from '../dist/embedders/builtin/tokenizer.js';
import { readVocabulary, readWeights } from '../dist/embedders/builtin/weights.js';

const textTokens = 110;
const textsPerRound = 256;
const batchSize = 32;
const batchesInFlight = 2;
const rounds = 8;
/** Until the compiler of JavaScript has seen it all. */
const warmUpRounds = 3;

if (process.argv[2] === 'bare') await runBare();
else await main(Number(process.argv[2] ?? Math.min(availableParallelism(), 4)));

async function main(threads) {
  const texts = makeTexts();
  const embedder = await openBuiltinEmbedder({ threads, engine: 'onnx' });
  const bare = Array.from({ length: threads }, startBare);
  const tokenizer = new UnigramTokenizer(readVocabulary().entries);
  const ids = texts.map((text) => tokenizer.encode(text));
  await Promise.all(
    bare.map((child, i) => ask(child, { ids: ids.filter((_, text) => text % threads === i) })),
  );
  const runEmbedder = () => embedAll(embedder, texts);
  const runEngine = () => Promise.all(bare.map((child) => ask(child, 'run')));
  for (let round = 0; round < warmUpRounds; round++) {
    await runEmbedder();
    await runEngine();
  }

  const seconds = { embedder: [], engine: [] };
  for (let round = 0; round < rounds; round++) {
    // Turns change places, so that a drift of the machine's speed favours neither.
    const turns = [
      ['embedder', runEmbedder],
      ['engine', runEngine],
    ];
    for (const [name, run] of round % 2 === 0 ? turns : turns.reverse()) {
      const start = performance.now();
      await run();
      seconds[name].push((performance.now() - start) / 1000);
    }
  }
  for (const child of bare) child.kill();
  await embedder.close();

  const tokens = ids.reduce((total, { length }) => total + length, 0) / ids.length;
  const speed = (times) => Math.round(textsPerRound / median(times));
  const ratio = median(seconds.engine.map((time, round) => time / seconds.embedder[round]));
  console.log(
    `built-in embedder, ${threads} threads, ${tokens.toFixed(0)} tokens a text, median of ${rounds}`,
  );
  console.log(`  ${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}`);
  console.log(`  embedder     ${speed(seconds.embedder)} texts/s`);
  console.log(`  bare engine  ${speed(seconds.engine)} texts/s`);
  console.log(`  ratio        ${ratio.toFixed(2)} (goal: at least 0.9)`);
}

/** Different texts of about `textTokens` tokens, from the passages of the question pairs. */
function makeTexts() {
  const tokenizer = new UnigramTokenizer(readVocabulary().entries);
  const pairs = JSON.parse(readFileSync(new URL('../fixtures/questions.json', import.meta.url), 'utf8'));
  const words = pairs.flatMap(({ passage, question }) => `${passage} ${question}`.split(' '));
  return Array.from({ length: textsPerRound }, (_, i) => {
    const text = [];
    for (let next = i * 7; tokenizer.encode(text.join(' ')).length < textTokens; next++) {
      text.push(words[next % words.length]);
    }
    return text.join(' ');
  });
}

/** As a pipeline does: the next batch is there before the last one is done. */
async function embedAll(embedder, texts) {
  const batches = [];
  for (let i = 0; i < texts.length; i += batchSize) batches.push(texts.slice(i, i + batchSize));
  const queue = batches.values();
  const work = async () => {
    for (const batch of queue) await embedder.embed(batch);
  };
  await Promise.all(Array.from({ length: batchesInFlight }, work));
}

function startBare() {
  const child = fork(fileURLToPath(import.meta.url), ['bare'], { serialization: 'advanced' });
  child.on('exit', (code) => {
    if (code) throw new Error(`The bare engine ended with status ${code}.`);
  });
  return child;
}

/** The other side of `ask`: takes ids once, then runs them all each time it is asked. */
async function runBare() {
  const { InferenceSession, Tensor } = loadOnnxRuntime();
  const session = await InferenceSession.create(buildGraph(readWeights()), { intraOpNumThreads: 1 });
  let inputs = [];
  process.on('message', async (message) => {
    if (message === 'run') for (const input of inputs) await session.run(input);
    else {
      inputs = message.ids.map((ids) => ({
        [inputName]: new Tensor('int32', ids, [1, ids.length]),
      }));
    }
    process.send('done');
  });
}

async function ask(child, message) {
  const answer = once(child, 'message');
  child.send(message);
  await answer;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
