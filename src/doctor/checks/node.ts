// Checks Node and this package.
import { readPackage } from '../../package.js';
import type { Finding } from '../check.js';
import { compareVersions } from '../ollama-releases.js';
import type { Probe } from '../run-check.js';

export async function examineNode(probe: Probe): Promise<void> {
  const { name, version, engines } = readPackage();
  await probe.check('version', 'Node', () => nodeFinding(process.version, engines.node));
  await probe.check('package', 'Package', () => ({ status: 'ok', seen: `${name} ${version}` }));
}

/** @param wanted as in package.json: `>=20.11` */
export function nodeFinding(running: string, wanted: string): Finding {
  const enough = compareVersions(running, wanted) >= 0;
  const seen = `${running.replace(/^v/, '')} (needs ${wanted})`;
  return enough ? { status: 'ok', seen } : { status: 'failure', seen, mend: 'nvm install --lts' };
}
