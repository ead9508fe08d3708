// What a run of the command line goes on with: a rebuild or a first run that was interrupted, else the index as it was made.
//
// Where another run is in the folder, that is known only when it has ended: so the lock is taken first, and handed on to the run.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathsOfRun } from '../config/kinds/sources.js';
import type { LoadedSettings } from '../config/origins.js';
import { noEvents } from '../events.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import { runFolder } from '../output/format/owned-names.js';
import type { Lock } from '../output/lock/lock.js';
import { type Printable, printable, say } from '../text/printable.js';
import type { Given } from './declared/command.js';
import type { ingest as declared } from './declared/ingest.js';
import { withBegunServers, withNotedServers } from './near-index.js';
import { withSignals } from './signals.js';
import { printedEvents } from './terminal/events.js';
import { keepNotice } from './terminal/told-notices.js';

/** How a run begins. Disposing of it frees its lock, if it still has it. */
interface GoingOn extends AsyncDisposable {
  loaded: LoadedSettings;
  rebuild: boolean;
  /** The output's lock, where it had to be taken to know the rest. */
  lock: Lock | undefined;
}

type Tell = (line: Printable) => void;

/**
 * @param tell called with a line for people
 * @throws {LockedError} another run is under way, and this one isn't told to wait
 * @throws the signal's reason
 */
export async function goingOn(
  given: Given<typeof declared>,
  loaded: LoadedSettings,
  tell: Tell,
): Promise<GoingOn> {
  const out = resolve(loaded.settings.out);
  if (!existsSync(runFolder(out))) return begin(asItWasMade(loaded, tell), given.flags.rebuild);
  const lock = await lockToSee(given, loaded, tell);
  try {
    const { inspectLock } = await import('../output/lock/lock.js');
    const isUnderWay = lock === undefined && ((await inspectLock(out))?.held ?? false);
    if (isUnderWay) return begin(asItWasMade(loaded, tell, withNotedServers), given.flags.rebuild);
    const left = await rebuildToEnd(given, loaded, tell);
    return begin(left ?? asItWasMade(loaded, tell), given.flags.rebuild || left !== undefined, lock);
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

function begin(loaded: LoadedSettings, rebuild: boolean, lock?: Lock): GoingOn {
  return { loaded, rebuild, lock, [Symbol.asyncDispose]: async () => await lock?.release() };
}

/** Undefined for a run that takes none now (a dry one), takes another (of a shard), or is refused for its paths. */
async function lockToSee(
  { arguments: { paths }, flags }: Given<typeof declared>,
  { settings }: LoadedSettings,
  tell: Tell,
): Promise<Lock | undefined> {
  const { dryRun, shard, watch, poll, wait } = flags;
  if (dryRun || watch || poll || shard !== undefined) return undefined;
  const named = pathsOfRun(paths, settings.sources);
  if (!named.every((path) => path === stdinRoot || existsSync(resolve(path)))) return undefined;
  const { acquireLock } = await import('../output/lock/lock.js');
  const events = { ...noEvents, ...printedEvents(tell) };
  return await withSignals((signal) => acquireLock(resolve(settings.out), { wait, signal, events }));
}

/** The settings of a rebuild that was interrupted, where this run goes on with it. */
async function rebuildToEnd(
  { arguments: { paths }, flags }: Given<typeof declared>,
  loaded: LoadedSettings,
  tell: Tell,
): Promise<LoadedSettings | undefined> {
  const { rebuild, shard, limit, choose } = flags;
  if (rebuild || shard !== undefined || limit !== undefined || choose !== undefined) return undefined;
  const [{ rebuildLeft }, { runLeft }] = await Promise.all([
    import('../commands/rebuild-left.js'),
    import('../commands/run-state.js'),
  ]);
  const left = await rebuildLeft(loaded, paths);
  if (left === undefined) return undefined;
  const line = say`${printable(runLeft(left.state))}: going on with it; to give it up and update the old index instead, name what made that one: ${printable(left.giveUp)}`;
  keepNotice('notice', 'as-made', line);
  tell(line);
  return left.loaded;
}

/**
 * The settings of a run: an address that a flag or the folder's file names asks for an Ollama, as naming a model does, while
 * OLLAMA_HOST and the user's own file may be for other programs and outputs; where nothing is named, the servers that made the
 * output are asked.
 */
function asItWasMade(
  loaded: LoadedSettings,
  tell: Tell,
  withServers: typeof withBegunServers = withBegunServers,
): LoadedSettings {
  const { settings, layers } = loaded;
  const isNamed = layers.ollamaUrl === 'flag' || layers.ollamaUrl === 'file';
  if (isNamed && settings.embedder === 'auto' && settings.queue === undefined) {
    return withServers({ ...loaded, settings: { ...settings, embedder: 'ollama' } }, tell);
  }
  return withServers(loaded, tell);
}
