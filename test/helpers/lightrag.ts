// The real LightRAG and its clients, in a Python of its own outside of the checkout: it is installed once a machine, in CI.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sha256 } from '../../src/text/sha256.js';

const requirements = fileURLToPath(new URL('../../examples/lightrag/requirements.txt', import.meta.url));
const version = sha256(readFileSync(requirements, 'utf8')).slice(0, 12);
const installed = join(tmpdir(), `embed-test-lightrag-${version}-${process.getuid?.() ?? 0}`);

const mark = join(installed, 'complete');

/** Undefined where it isn't installed. */
export function lightRagPython(): string | undefined {
  return existsSync(mark) ? join(installed, 'bin', 'python') : undefined;
}

/** Installs it by pip, unless it is here. @throws when it can't be had */
export async function installLightRag(): Promise<void> {
  if (existsSync(mark)) return;
  const run = promisify(execFile);
  rmSync(installed, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', installed]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  await run(join(installed, 'bin', 'python'), pip);
  writeFileSync(mark, '');
}
