// Colours that are forced: whatever stands in the variable, on whatever terminal, a command does its work.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace();
});
afterEach(() => workspace.remove());

const startOfStyle = '\u001b[';

test.each([
  ['-1', 'dumb', false],
  ['-1', '', false],
  ['-7', 'xterm', false],
  ['0', 'xterm', false],
  ['1', 'dumb', true],
  ['9', 'dumb', true],
  ['abc', 'dumb', false],
])('FORCE_COLOR=%s, TERM=%s: colours %s', async (value, term, isPainted) => {
  const { code, stdout, stderr } = await workspace.embed(['config'], {
    env: { FORCE_COLOR: value, TERM: term },
  });
  expect(code, stderr).toBe(0);
  expect(stdout.includes(startOfStyle)).toBe(isPainted);
});
