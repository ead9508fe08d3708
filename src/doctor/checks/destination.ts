// Checks a destination of `embed sync`: whether it can be reached, its vector space, and its rows against the output's.
import type { ReadSettings } from '../../config/load.js';
import type { Destination, Kept } from '../../destinations/destination.js';
import { openDestination } from '../../destinations/open.js';
import { compareSpaces } from '../../embedders/guard/compare-spaces.js';
import { openOutput } from '../../output/read/output.js';
import { command, plural, whole } from '../../text/plural.js';
import { spaceFromJson } from '../../vectors/space-json.js';
import type { Finding } from '../check.js';
import type { Probe } from '../run-check.js';

export interface Examined {
  address: string;
  read: ReadSettings;
  /** The output's folder. */
  out: string;
  /** Relative paths start here. */
  cwd: string;
}

/** Max time of each check, in ms. */
const timeoutMs = 3000;

export async function examineDestination(probe: Probe, examined: Examined): Promise<void> {
  const { address, read, cwd } = examined;
  const { index } = read.settings;
  let destination: Destination | undefined;
  let kept: Kept | undefined;
  const open = async (signal: AbortSignal): Promise<Finding> => {
    const isFromFile = read.layers.sync === 'file';
    const options = {
      address,
      index,
      isFromFile,
      cwd,
      timeoutMs,
      proxies: read.settings,
      signal: probe.budget.signal,
    };
    destination = await openDestination({ ...options, notice: () => undefined });
    kept = await destination.check();
    signal.throwIfAborted();
    return {
      status: 'ok',
      seen: kept.index ? `holds the index "${index}"` : `holds no index "${index}" yet`,
    };
  };
  try {
    const { status } = await probe.check('reachable', 'Reachable', open, { timeoutMs });
    if (status !== 'ok' || kept?.index === undefined) return;
    const found = { destination: destination!, kept };
    await probe.check('rows', 'Rows', () => compared(found, examined), {
      timeoutMs,
      late: () => ({ status: 'skipped', seen: 'not counted in time' }),
    });
  } finally {
    await destination?.close();
  }
}

async function compared(
  { destination, kept }: { destination: Destination; kept: Kept },
  { address, read, out }: Examined,
): Promise<Finding> {
  const mend = command`embed sync ${address} --out ${read.settings.out}`;
  const output = await openOutput(out, { sums: false });
  if (output === undefined) return { status: 'skipped', seen: 'no output to compare with' };
  try {
    const space = spaceFromJson(kept.index?.space);
    const comparison = space === undefined ? undefined : compareSpaces(space, output.space);
    if (!comparison?.same) {
      const reason = comparison?.reason ?? "it can't be read";
      return {
        status: 'failure',
        seen: `of another vector space than the output: ${reason}`,
        mend: `${mend} --rebuild`,
      };
    }
    const rows = await destination.count();
    const seen = `${plural(rows, 'row')}, and the output has ${whole(output.rows)}`;
    // Equal numbers may be of unlike rows, which only a sync tells.
    return rows === output.rows ? { status: 'ok', seen } : { status: 'warning', seen, mend };
  } finally {
    await output.close();
  }
}
