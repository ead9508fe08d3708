// A real Chromium for tests, without a window. Its pages tell their results to a server of the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** Where Chromium is: `EMBED_TEST_BROWSER`, else on the PATH. */
export function findBrowser(): string | undefined {
  const { env } = process;
  if (env.EMBED_TEST_BROWSER) return env.EMBED_TEST_BROWSER;
  const files = (env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  return files.find((file) => existsSync(file));
}

/** False where tests in a browser are skipped; the set-up has said so, and never lets it be false in CI. */
export const browserAvailable = findBrowser() !== undefined;

export interface Browser {
  /** Ends it and removes its profile. */
  stop(): Promise<void>;
}

/** Without a window, and without anything that it does by itself. */
export const browserFlags = (profile: string): string[] => [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-background-networking',
  '--no-first-run',
  `--user-data-dir=${profile}`,
];

/**
 * Opens a page.
 * @param hosts names that lead to this machine, as by a DNS server of someone else
 */
export function openInBrowser(url: string, hosts: readonly string[] = []): Browser {
  const profile = mkdtempSync(join(tmpdir(), 'embed-browser-'));
  const browser = spawn(
    findBrowser()!,
    [
      ...browserFlags(profile),
      `--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`,
      url,
    ],
    // A group of its own, so that all of its processes end.
    { stdio: 'ignore', detached: true },
  );
  const ended = new Promise<void>((resolve) => {
    browser.once('error', () => resolve()).once('close', () => resolve());
  });
  const orphaned = () => kill(browser);
  process.once('exit', orphaned);
  return {
    async stop() {
      process.off('exit', orphaned);
      kill(browser);
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
