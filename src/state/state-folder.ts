// src/state: what differs from run to run of an output, kept for the user alone and never in the output: the last run, the
// servers that made it, when each document changed, and how much of a run under way is done.
//
// In: an output's folder, and what a run did. Out: the same, later. A folder of small files in the user's state folder, named
// by the real path of the output. output-notes.ts reads and writes them, run-notes.ts is what a run writes.
// What must hold: no run fails for it, and nothing depends on it: what is missing or damaged there is "not known here".
import { isAbsolute, join } from 'node:path';
import { variable } from '../environment.js';
import { expandHome, homeFolder } from '../files/home.js';

/**
 * The folder in which the notes on outputs are kept, by the rules of the platform. Empty variables count as unset.
 * @throws {UsageError} when HOME is longer than any path
 */
export function notesFolder(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
  home: string = homeFolder(),
): string {
  return join(userStateFolder(platform, environment, home), 'embed', 'outputs');
}

function userStateFolder(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, home: string): string {
  // A relative path counts as unset, as the XDG specification says. `~` is expanded, as no shell has done it.
  const named = expandHome(variable('XDG_STATE_HOME', environment) ?? '', home);
  if (isAbsolute(named)) return named;
  if (platform === 'win32') return variable('LOCALAPPDATA', environment) ?? join(home, 'AppData', 'Local');
  return join(home, '.local', 'state');
}
