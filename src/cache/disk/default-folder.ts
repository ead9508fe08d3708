// The folder in which a user's programs store caches.
import { isAbsolute, join } from 'node:path';
import { variable } from '../../environment.js';
import { expandHome, homeFolder } from '../../files/home.js';

/** The default folder of the disk cache, by the rules of the platform. Empty variables count as unset. */
export function defaultCacheFolder(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
  home: string = homeFolder(),
): string {
  return join(userCacheFolder(platform, environment, home), 'embed', 'vectors');
}

function userCacheFolder(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, home: string): string {
  // A relative path counts as unset, as the XDG specification says. `~` is expanded, as no shell has done it.
  const named = expandHome(variable('XDG_CACHE_HOME', environment) ?? '', home);
  if (isAbsolute(named)) return named;
  if (platform === 'win32') return variable('LOCALAPPDATA', environment) ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  return join(home, '.cache');
}
