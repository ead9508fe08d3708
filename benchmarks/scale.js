// How far one machine, workers and shards carry: computed from measured figures, and a small simulation of shards whose
// documents differ in size and whose hosts fail. Prints the tables of docs/scale.md. Nothing is measured here.
// Run: node benchmarks/scale.js

/** What was measured, each with its place in RESULTS.md. On two cores that were also busy with other work. */
const measured = {
  /** Pipeline ceiling: one process, JSON Lines and NPY, against a server without costs, on a quiet machine. Chunks a second. */
  sender: 5674,
  /** builtin.js: texts of 111 tokens a second, on two cores. */
  builtin: 353,
  /** Against a real server: Ollama on two cores took 38 ms for a text of 122 tokens. Texts a second. */
  ollamaOnCpu: 1000 / 38,
  /** edit.js: 200,000 rows, NPY alone, rewritten for one edit in 4.66 s. Rows a second. */
  rewrite: 200_000 / 4.66,
  /** merge.js: documents of 8 rows each, from 8 shards. Rows a second. */
  merge: 13_297,
  /** sync.js: first load of 100,000 rows into PostgreSQL in 10.5 s; compared again in 2.27 s. Rows a second. */
  load: 100_000 / 10.5,
  compare: 100_000 / 2.27,
  /** sync.js, its notes: PostgreSQL finds the rows of one of 16 shards among 200,000 in 0.29 s. Rows a second. */
  scan: 200_000 / 0.29,
  /** merge.js: 104 MB for 40,000 rows of 384 dimensions, NPY alone. Bytes a row, vectors included. */
  rowBytes: 2600,
  /** An opened output with its index of texts, documents of 8 rows. Bytes a row, most of them in the heap. */
  openBytes: 92,
};

/** What is assumed, since it depends on who uses it. */
const assumed = {
  /** A server with a GPU, texts a second. Measure yours: embed bench. */
  gpu: 1000,
  /** Heap of Node.js where nothing else is said, bytes. */
  heap: 4e9,
  /** Rows that one sync compares at most; src/sync/row-table.ts. */
  syncRows: 20e6,
  /** Chunks a document, on average. Their number is distributed log-normally; sigma of its logarithm. */
  perDocument: 8,
  sigma: 1.2,
  /** A host of a shard fails once in so many hours, and is back after so many; what it had embedded is kept. */
  hoursBetweenFailures: 200,
  hoursToComeBack: 0.25,
};

const sizes = [1e6, 1e7, 1e8, 1e9];
const seed = 18;

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

const millions = (chunks) => `${(chunks / 1e6).toLocaleString('en')} M`;

function time(seconds) {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 100 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400).toLocaleString('en')} days`;
}

function bytes(count) {
  const units = ['MB', 'GB', 'TB'];
  let value = count / 1e6;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** One output of so many chunks, by one process. */
function oneOutput(chunks) {
  const memory = chunks * measured.openBytes;
  const breaksHeap = memory > assumed.heap;
  return [
    millions(chunks),
    bytes(chunks * measured.rowBytes),
    time(chunks / measured.ollamaOnCpu),
    time(chunks / measured.builtin),
    time(chunks / measured.sender),
    time(chunks / measured.rewrite),
    `${bytes(memory)}${breaksHeap ? ' ✗' : ''}`,
    `${time(chunks / measured.compare)}${chunks > assumed.syncRows ? ' ✗' : ''}`,
  ];
}

/** Servers that keep one sender busy; more of them wait. */
const fullSender = (rate) => Math.ceil(measured.sender / rate);

function random(state) {
  let value = state;
  return () => {
    value = (value + 0x6d2b79f5) | 0;
    let mixed = Math.imul(value ^ (value >>> 15), 1 | value);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The largest of so many shards, in shares of the mean: documents are drawn, and put into shards at random. */
function largestShare(documents, shards, next) {
  const counts = new Float64Array(shards);
  const mean = Math.log(assumed.perDocument) - assumed.sigma ** 2 / 2;
  let all = 0;
  for (let document = 0; document < documents; document++) {
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const size = Math.max(1, Math.exp(mean + assumed.sigma * normal));
    counts[Math.floor(next() * shards)] += size;
    all += size;
  }
  return (Math.max(...counts) * shards) / all;
}

/** The same for more documents than are drawn: what a shard has above the mean falls with the root of their number. */
function shareOf(documents, shards, next) {
  const some = Math.min(drawn, documents);
  return 1 + (largestShare(some, shards, next) - 1) * Math.sqrt(some / documents);
}

/** Hours until the last shard is done, each on its own host, which fails now and then. */
function hoursOfShards(chunks, shards, rate, share, next) {
  let last = 0;
  for (let shard = 0; shard < shards; shard++) {
    // The largest stands for the slowest; the others are as large as the mean.
    const work = (chunks / shards / Math.min(rate, measured.sender) / 3600) * (shard === 0 ? share : 1);
    let hours = work;
    for (let at = 0; ; ) {
      at -= Math.log(1 - next()) * assumed.hoursBetweenFailures;
      if (at >= work) break;
      hours += assumed.hoursToComeBack;
    }
    last = Math.max(last, hours);
  }
  return last;
}

/** Documents that are drawn at most. */
const drawn = 1_000_000;

function shardsOf(chunks, shards) {
  const next = random(seed);
  const share = shareOf(chunks / assumed.perDocument, shards, next);
  const hours = (rate) => time(hoursOfShards(chunks, shards, rate, share, next) * 3600);
  const rows = (chunks / shards) * share;
  return [
    millions(chunks),
    String(shards),
    `${millions(Math.round(rows / 1e4) * 1e4)} (${share.toFixed(2)} × the mean)`,
    hours(measured.builtin),
    hours(assumed.gpu),
    bytes(rows * measured.openBytes),
    // One after the other: each has the database find its rows among all, and compares those.
    time((chunks * shards) / measured.scan + chunks / measured.compare),
    time(chunks / measured.load),
    `${time(chunks / measured.merge)}${2 * chunks * measured.openBytes > assumed.heap ? ' ✗' : ''}`,
  ];
}

console.log(
  table(
    [
      'chunks',
      'output',
      'Ollama on 2 cores',
      'built-in on 2 cores',
      'sender alone',
      'an edit rewrites',
      'memory',
      'a sync compares',
    ],
    sizes.map(oneOutput),
  ),
);
console.log();
console.log(
  table(
    ['servers of one sender', 'texts a second each', 'servers that keep it busy'],
    [
      ['Ollama on 2 cores', measured.ollamaOnCpu],
      ['built-in on 2 cores', measured.builtin],
      ['with a GPU (assumed)', assumed.gpu],
    ].map(([name, rate]) => [name, Math.round(rate).toLocaleString('en'), fullSender(rate)]),
  ),
);
console.log();
console.log(
  table(
    [
      'chunks',
      'shards',
      'the largest',
      'built-in',
      'a GPU each (assumed)',
      'memory of one',
      'all syncs, nothing changed',
      'all syncs, first load',
      'merge',
    ],
    [
      [1e6, 4],
      [1e7, 8],
      [1e8, 16],
      [1e8, 64],
      [1e9, 64],
      [1e9, 256],
    ].map(([chunks, shards]) => shardsOf(chunks, shards)),
  ),
);
