// The clients of examples/clients through a gateway with a token: those of Node that are dev dependencies always, those of
// Python where they are installed.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { gateway, ollama } from '../gateway/gateways.js';
import { makeWorkspace } from '../helpers/cli.js';

const script = fileURLToPath(new URL('../../examples/clients/run.mjs', import.meta.url));
const run = promisify(execFile);

test('get the same vectors as a plain request', async () => {
  const workspace = makeWorkspace();
  onTestFinished(() => workspace.remove());
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { token: 'sesame' });
  const env = {
    PATH: process.env.PATH,
    HOME: workspace.dir,
    EMBED_SERVE_TOKEN: 'sesame',
    PYTHON: process.env.EMBED_TEST_PYTHON || 'python3',
  };
  const { stdout } = await run(process.execPath, [script, url], { cwd: workspace.dir, env });
  expect(stdout).toContain('model all-minilm:latest, 384 dimensions\n');
  expect(stdout).toMatch(/^node ollama \d\S+: same vectors$/m);
  expect(stdout).toMatch(/^node openai \d\S+: same vectors$/m);
  const others = stdout.split('\n').slice(1, -1);
  for (const line of others) expect(line).toMatch(/: (same vectors|not installed)$/);
});
