// All commands, in the order of the help, each with what runs it, which is loaded when it is called.
import { bench } from './bench.js';
import { cache, cacheClear, cachePrune, cacheStats } from './cache.js';
import { chunks } from './chunks.js';
import type { CommandDeclaration, Declaration, Declarations, Given } from './command.js';
import { completion } from './completion.js';
import { config } from './config.js';
import { doctor } from './doctor.js';
import { evaluation } from './eval.js';
import { forget } from './forget.js';
import { formats } from './formats.js';
import { get } from './get.js';
import { help } from './help.js';
import { ingest } from './ingest.js';
import { list } from './list.js';
import { mcp } from './mcp.js';
import { merge } from './merge.js';
import type { Outcome } from './outcome.js';
import { search } from './search.js';
import { serve } from './serve.js';
import { status } from './status.js';
import { sync } from './sync.js';
import { verify } from './verify.js';
import { why } from './why.js';
import { worker } from './worker.js';

/** Does what a command line asks for. */
export type Action<D extends CommandDeclaration> = (given: Given<D>) => Promise<Outcome>;

export interface Runnable {
  declared: CommandDeclaration;
  load(): Promise<(given: Given) => Promise<Outcome>>;
}

export interface Group {
  declared: Declaration;
  commands: readonly Runnable[];
}

/** A declaration with what runs it; the compiler checks that this takes what is declared. */
function runs<D extends CommandDeclaration>(declared: D, load: () => Promise<Action<D>>): Runnable {
  return { declared, load: load as unknown as Runnable['load'] };
}

export const allCommands: readonly (Runnable | Group)[] = [
  runs(ingest, async () => (await import('../commands/ingest.js')).runIngest),
  runs(merge, async () => (await import('../commands/merge.js')).runMerge),
  runs(sync, async () => (await import('../commands/sync.js')).runSync),
  runs(forget, async () => (await import('../commands/forget.js')).runForget),
  runs(search, async () => (await import('../commands/search.js')).runSearch),
  runs(evaluation, async () => (await import('../commands/eval.js')).runEval),
  runs(get, async () => (await import('../commands/get.js')).runGet),
  runs(mcp, async () => (await import('../commands/mcp.js')).runMcp),
  runs(list, async () => (await import('../commands/list.js')).runList),
  runs(status, async () => (await import('../commands/status.js')).runStatus),
  runs(why, async () => (await import('../commands/why.js')).runWhy),
  runs(verify, async () => (await import('../commands/verify.js')).runVerify),
  runs(formats, async () => (await import('../commands/formats.js')).runFormats),
  runs(chunks, async () => (await import('../commands/chunks.js')).runChunks),
  runs(config, async () => (await import('../commands/config.js')).runConfig),
  runs(doctor, async () => (await import('../commands/doctor.js')).runDoctor),
  {
    declared: cache,
    commands: [
      runs(cacheStats, async () => (await import('../commands/cache.js')).runCacheStats),
      runs(cachePrune, async () => (await import('../commands/cache.js')).runCachePrune),
      runs(cacheClear, async () => (await import('../commands/cache.js')).runCacheClear),
    ],
  },
  runs(serve, async () => (await import('../commands/serve.js')).runServe),
  runs(worker, async () => (await import('../commands/worker.js')).runWorkerCommand),
  runs(bench, async () => (await import('../commands/bench.js')).runBench),
  runs(completion, async () => (await import('../commands/completion.js')).completionOf(declarations)),
  runs(help, async () => (await import('../commands/help.js')).helpOf(declarations)),
];

/** The same without what runs them, to be told of. */
export const declarations: Declarations = allCommands.map((one) =>
  'commands' in one
    ? { ...one.declared, commands: one.commands.map(({ declared }) => declared) }
    : one.declared,
);
