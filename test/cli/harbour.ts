// A workspace for each test, with one document about a harbour.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

/** What each test of a file that calls `setUp` has of its own. */
export let workspace: Workspace;

export function setUp(): void {
  beforeEach(() => {
    workspace = makeWarmWorkspace();
    mkdirSync(join(workspace.dir, '.git'));
    mkdirSync(join(workspace.dir, 'docs'));
    writeFileSync(join(workspace.dir, 'docs/a.md'), '# Mill\n\nThe harbour is behind the mill.\n');
  });
  afterEach(() => workspace.remove());
}
