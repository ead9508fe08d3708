// One server of known costs or faults, measured in a folder of its own, briefly.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, onTestFinished } from 'vitest';
import type { Effort } from '../../../src/bench/measure/plan.js';
import type { BenchReport } from '../../../src/bench/report/report.js';
import type { SettingReport } from '../../../src/bench/report/setting-report.js';
import { type BenchOptions, type BenchResult, bench } from '../../../src/commands/bench.js';
import { type OllamaOptions, startOllama, type TestOllama } from '../../helpers/ollama.js';
import { settingsWith } from '../../upstream/settings.js';

export const brief: Effort = {
  grids: [
    { sizes: [1, 8], concurrencies: [1] },
    { sizes: [1, 4], concurrencies: [1] },
  ],
  chooseRounds: 2,
  checkRounds: 4,
  chooseSeconds: 0.02,
  checkSeconds: 0.02,
};

/** Each test's own. */
export let dir: string;

/** A folder for each test of the calling file. */
export function setUp(): void {
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'embed-measure-'));
    writeFileSync(join(dir, '.git'), '');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
}

export async function serve(options: OllamaOptions = {}): Promise<TestOllama> {
  const server = await startOllama(options);
  onTestFinished(() => server.stop());
  return server;
}

export type Changes = Parameters<typeof settingsWith>[0];

export function benchOn(
  server: TestOllama,
  options: Partial<BenchOptions> = {},
  settings: Changes = {},
): Promise<BenchResult> {
  return bench({
    settings: settingsWith({ ollamaUrl: [server.url], model: 'all-minilm', cache: 'none', ...settings }),
    effort: brief,
    timeLimitMs: 30_000,
    cwd: dir,
    ...options,
  });
}

export async function reportOn(...given: Parameters<typeof benchOn>): Promise<BenchReport> {
  return (await benchOn(...given)).report;
}

export function settingOf({ targets }: Pick<BenchReport, 'targets'>, id: string): SettingReport {
  const found = targets[0]!.settings.find((one) => one.id === id);
  if (!found) throw new Error(`${id} wasn't measured`);
  return found;
}
