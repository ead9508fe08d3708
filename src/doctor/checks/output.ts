// Checks the output: its lock, the remains of an interrupted run, and whether its files match. It reads only a few bytes;
// `embed verify` reads all.

import { basename, join, resolve } from 'node:path';
import { NewerOutputError } from '../../errors.js';
import { namesIn } from '../../output/files/disk-errors.js';
import { ownFileSize } from '../../output/files/owned-file.js';
import { journalPrefix, manifestName, runFolder } from '../../output/format/owned-names.js';
import { acquireLock, inspectLock } from '../../output/lock/lock.js';
import { ownerInWords } from '../../output/lock/lock-owner.js';
import { untouched } from '../../output/lock/takeover.js';
import { type Output, openOutput } from '../../output/read/output.js';
import { outputsIn } from '../../output/shards/find-shards.js';
import { parseRecord, readRecordText } from '../../output/write/commit.js';
import { recover } from '../../output/write/recover.js';
import { goOnCommand, isRebuild } from '../../state/go-on.js';
import { readRunNotes } from '../../state/output-notes.js';
import { command, plural } from '../../text/plural.js';
import { shownSize } from '../../text/sizes.js';
import type { VectorSpace } from '../../types/space.js';
import { isOne, normOf } from '../../vectors/norm.js';
import type { Finding, Fix } from '../check.js';
import { type Probe, said } from '../run-check.js';
import { languagesOf } from './languages.js';

/** @returns the vector space of the output; undefined without a readable output */
export async function examineOutput(probe: Probe, out: string): Promise<VectorSpace | undefined> {
  let space: VectorSpace | undefined;
  let isWhole = true;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    let rows = 0;
    const inside = await outputsIn(out);
    isWhole = inside.length === 1;
    for (const dir of inside) {
      const output = await openOutput(dir, { signal });
      if (output === undefined) return { status: 'skipped', seen: 'none yet' };
      try {
        space ??= output.space;
        rows += output.rows;
        const finding = await lookInto(output);
        if (isWhole) return finding;
        if (finding.status !== 'ok') return { ...finding, seen: `${basename(dir)}: ${finding.seen}` };
      } finally {
        await output.close();
      }
    }
    return { status: 'ok', seen: `${plural(inside.length, 'shard')}, ${plural(rows, 'row')}` };
  };
  const mend = command`embed ingest <paths> --out ${out} --rebuild`;
  const late = (): Finding => ({
    status: 'warning',
    seen: 'too large to be read through here, and touched since the last run',
    mend: command`embed verify ${out}`,
  });
  await probe.check('files', 'Files', (signal) => look(signal).catch(tooNew), { late, mend });
  if (space?.embedder === 'builtin' && isWhole) {
    await probe.check('languages', 'Languages', (signal) => languagesOf(out, signal));
  }
  let held = false;
  await probe.check('lock', 'Lock', async () => {
    const lock = await inspectLock(out);
    if (lock === undefined) return { status: 'ok', seen: 'free' };
    held = lock.held;
    const { isUnreadable } = lock.owner;
    const owner = ownerInWords(lock.owner);
    if (lock.held && isUnreadable) {
      const seen = `can't be read: it counts as held by another run until it is untouched ${untouched}`;
      return { status: 'warning', seen, mend: command`embed ingest <paths> --out ${out} --wait` };
    }
    if (lock.held) return { status: 'ok', seen: `held by ${owner}, which works on the output` };
    return {
      status: 'warning',
      seen: isUnreadable
        ? `stale: it can't be read, and was not touched ${untouched}`
        : `stale: its owner, ${owner}, is dead`,
      mend: command`embed doctor --fix --out ${out}`,
      fix: unlock(out),
    };
  });
  await probe.check('run', 'Last run', async () => {
    if (held) return { status: 'ok', seen: 'under way' };
    return await interrupted(out);
  });
  return space;
}

/** For a newer output: a rebuild would lose what only the newer version knows. */
function tooNew(error: unknown): Finding {
  if (!(error instanceof NewerOutputError)) throw error;
  return { status: 'failure', seen: said(error), mend: 'npm install --global embed-ingest@latest' };
}

const undisturbed: Finding = { status: 'ok', seen: 'left nothing unfinished' };

/** Sizes, header and manifest were checked by opening; this reads the last row. */
async function lookInto(output: Output): Promise<Finding> {
  const { rows, space } = output;
  const failures = await output.failures();
  const failed = failures.length > 0 ? `, ${plural(failures.length, 'failure')} in failures.jsonl` : '';
  const seen = `${plural(output.documents().length, 'document')}, ${plural(rows, 'row')}, ${space.model}${failed}`;
  if (rows > 0) {
    const [vector] = await output.vectors([rows - 1]);
    const norm = normOf(vector!);
    if (!isOne(norm)) {
      return { status: 'failure', seen: `the last row's vector has length ${norm} instead of 1` };
    }
    const line = await output.line(rows - 1);
    if (!isJson(line)) return { status: 'failure', seen: "the last row's line is not JSON" };
  }
  return { status: 'ok', seen: `${seen} (a quick look; \`embed verify\` checks all)` };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function interrupted(out: string): Promise<Finding> {
  if (parseRecord(await readRecordText(out)) !== undefined) {
    return {
      status: 'warning',
      seen: 'stopped in the middle of its commit; the next run ends it',
      mend: command`embed doctor --fix --out ${out}`,
      fix: endCommit(out),
    };
  }
  const run = runFolder(out);
  const journals = (await namesIn(run)).filter((name) => name.startsWith(journalPrefix));
  const sizes = await Promise.all(journals.map((name) => ownFileSize(join(run, name))));
  const bytes = sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  if (bytes === 0) return undisturbed;
  const { pausedBy: pause, ...begun } = readRunNotes(resolve(out));
  if (pause !== undefined) {
    const how = pause === 'limit' ? 'took the first files alone (--limit)' : 'stopped by its time window';
    return {
      status: 'ok',
      seen: `${how}; ${shownSize(bytes)} of vectors are kept for the next ${isRebuild(begun) ? 'rebuild' : 'run'}`,
    };
  }
  return {
    status: 'warning',
    seen: `stopped early; its journal keeps ${shownSize(bytes)} of vectors for the next run`,
    mend: goOnCommand(out, begun, (await namesIn(out)).includes(manifestName)),
  };
}

/** Takes the lock and gives it back, as a run does, so that a run in progress can't lose its lock. */
function unlock(out: string): Fix {
  return {
    what: `remove the stale lock of ${out}`,
    run: async ({ signal }) => (await acquireLock(out, { signal })).release(),
  };
}

function endCommit(out: string): Fix {
  return {
    what: `end the interrupted commit of ${out}`,
    run: async ({ signal }) => {
      const lock = await acquireLock(out, { signal });
      try {
        await recover(out, undefined, signal);
      } finally {
        await lock.release();
      }
    },
  };
}
