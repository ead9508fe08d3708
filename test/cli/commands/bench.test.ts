// `embed bench` as users run it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { BenchReport } from '../../../src/bench/report/report.js';
import { renderComparison, renderReport } from '../../../src/cli/terminal/bench-view.js';
import { sampleReport } from '../../bench/sample-report.js';
import { makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';
import { eventually } from '../../helpers/eventually.js';
import { type OllamaOptions, startOllama, type TestOllama } from '../../helpers/ollama.js';
import { openingRequests } from '../../helpers/opening.js';

let server: TestOllama;
beforeAll(async () => {
  server = await startOllama({ requestDelayMs: 40, textDelayMs: 1 });
});
afterAll(() => server.stop());

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  writeFileSync(join(workspace.dir, '.git'), '');
  onTestFinished(() => workspace.remove());
});

/** As much work on a busy machine as on a quiet one; the time limit is never reached. */
const work = ['bench', '--quick', '--rounds', '4', '--time-limit', '2m'];
const brief = [...work, '--cache', 'none', '--model', 'all-minilm'];

async function serverWith(options: OllamaOptions): Promise<TestOllama> {
  const own = await startOllama(options);
  onTestFinished(() => own.stop());
  return own;
}

test('one run: the JSON with its stable parts, the page, the settings saved, and nothing else written', async () => {
  writeFileSync(join(workspace.dir, '.batchrc'), '# mine\nmaxRetries: 1\n');
  const { code, stdout, stderr } = await workspace.embed([
    ...brief,
    ...['--ollama-url', server.url, '--json', '--report', 'pages/bench.html', '--save'],
    // As fast as this server can be; so no other is better, however few settings there was time for.
    ...['--batch-size', '32', '--concurrency', '2'],
  ]);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as BenchReport;
  expect(report).toMatchObject({
    schema: 1,
    seed: 1,
    verdict: 'faster',
    difference: 'faster',
    texts: { source: 'bundled', hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
    speedup: { estimate: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
    recommended: { batchSize: expect.any(Number), concurrency: expect.any(Number) },
    comparisons: [],
  });
  const { speedup, recommended } = report;
  expect(speedup!.low!).toBeLessThanOrEqual(speedup!.estimate);
  expect(speedup!.high!).toBeGreaterThanOrEqual(speedup!.estimate);
  const [target] = report.targets;
  expect(target).toMatchObject({
    embedder: 'ollama',
    model: 'all-minilm:latest',
    url: server.url,
    dimensions: 384,
  });
  const best = target!.settings.find(({ id }) => id === target!.best)!;
  expect(best).toMatchObject({ kind: 'batched', speedup, status: 'measured', cacheHitRate: null });
  expect(best.latencyMs!.p50).toBeLessThanOrEqual(best.latencyMs!.p99);
  // Chance may find the fixed setting faster than the default that begins with it: what is said is what is saved.
  const saves = recommended!.reason === 'faster';
  const lines = saves
    ? `batchSize: ${recommended!.batchSize}\nconcurrency: ${recommended!.concurrency}\n`
    : '';
  expect(stderr).toContain(saves ? 'Saved to' : 'Nothing was saved');
  expect(readFileSync(join(workspace.dir, '.batchrc'), 'utf8')).toBe(`# mine\nmaxRetries: 1\n${lines}`);
  expect(readFileSync(join(workspace.dir, 'pages/bench.html'), 'utf8')).toContain('</html>');
  expect(readdirSync(workspace.dir).sort()).toEqual(['.batchrc', '.git', 'pages']);
});

describe('against a baseline', () => {
  test('of another model or of other texts is refused before anything is measured', async () => {
    const server = await serverWith({});
    const base = await workspace.embed([
      ...brief.with(brief.indexOf('--rounds') + 1, '1'),
      '--ollama-url',
      server.url,
      '--json',
      '-q',
    ]);
    const report = JSON.parse(base.stdout) as BenchReport;
    report.targets[0]!.model = 'bge-m3:latest';
    writeFileSync(join(workspace.dir, 'model.json'), JSON.stringify(report));
    writeFileSync(join(workspace.dir, 'texts.json'), base.stdout.replace(report.texts.hash, 'other'));
    for (const [file, message] of [
      ['model.json', 'measured bge-m3:latest, not all-minilm:latest'],
      ['texts.json', 'measured other texts'],
    ] as const) {
      const before = server.stats.embeds;
      const again = await workspace.embed([...brief, '--ollama-url', server.url, '--baseline', file]);
      expect([again.code, again.stdout]).toEqual([2, '']);
      expect(again.stderr).toContain(message);
      // The opening alone.
      expect(server.stats.embeds - before).toBe(openingRequests);
    }
  });

  test('what got slower ends with 1 and one line, what got faster with 0', async () => {
    const { url } = await serverWith({});
    const run = async (...more: string[]) => {
      const given = [...brief, '--ollama-url', url, '--json', '-q', ...more];
      const { code, stdout, stderr } = await workspace.embed(given);
      return { code, stderr, report: JSON.parse(stdout) as BenchReport & { baseline?: { changes: [] } } };
    };
    const first = await run();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    // Rounds on a busy machine may differ tenfold, so that nothing could be told of two servers: a thousandfold is beyond that.
    for (const [file, factor] of [
      ['faster.json', 1000],
      ['slower.json', 1 / 1000],
    ] as const) {
      const base = structuredClone(first.report);
      for (const { samples } of base.targets[0]!.settings)
        samples.textsPerSecond = samples.textsPerSecond.map((value) => value * factor);
      writeFileSync(join(workspace.dir, file), JSON.stringify(base));
    }
    const compare = async (...more: string[]) => {
      const { code, stderr, report } = await run(...more);
      return { code, stderr, changes: report.baseline!.changes.length };
    };
    expect(await compare('--baseline', 'faster.json')).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^slower: (one text at a time|batched \(\S+\)) by \d+ % \(\d+ % to \d+ %\) on all-minilm:latest.*\n$/,
      ),
      changes: expect.any(Number),
    });
    expect(await compare('--baseline', 'slower.json', '--max-regression', '20%')).toEqual({
      code: 0,
      stderr: '',
      changes: expect.any(Number),
    });
  });

  test('where there are too few rounds to tell whether it got slower, that is said', async () => {
    const [fast, slow] = [await serverWith({}), await serverWith({ requestDelayMs: 100 })];
    const args = ['bench', '--quick', '--cache', 'none', '--model', 'all-minilm', '--json', '--rounds', '1'];
    const first = await workspace.embed([...args, '--ollama-url', fast.url]);
    writeFileSync(join(workspace.dir, 'fast.json'), first.stdout);
    const again = await workspace.embed([...args, '--ollama-url', slow.url, '--baseline', 'fast.json']);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(
      /warning: can't tell whether it got slower: one text at a time on all-minilm:latest.*: measure for longer/,
    );
    const { baseline } = JSON.parse(again.stdout) as { baseline: { changes: { ratio: unknown }[] } };
    expect(baseline.changes[0]).toMatchObject({ ratio: { low: null, high: null } });
  });

  test.each([
    ['absent.json', /absent\.json can't be read/],
    ['.git', /holds no JSON/],
  ])('%s is refused before anything is measured', async (file, message) => {
    const before = server.stats.requests;
    const { code, stderr } = await workspace.embed([
      ...brief,
      '--ollama-url',
      server.url,
      '--baseline',
      file,
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(server.stats.requests).toBe(before);
  });
});

test('no server, a wrong time, a wrong share: the exit code says which', async () => {
  const down = await startOllama();
  await down.stop();
  expect(await workspace.embed([...brief, '--ollama-url', down.url])).toMatchObject({ code: 4 });
  expect(await workspace.embed(['bench', '--time-limit', 'soon'])).toMatchObject({ code: 2 });
  // Longer than Node's timers take: it would be over at once.
  expect(await workspace.embed(['bench', '--time-limit', '30d'])).toMatchObject({ code: 2 });
  expect(await workspace.embed(['bench', '--max-regression', '200%'])).toMatchObject({ code: 2 });
  expect(await workspace.embed([...brief, '--ollama-url', server.url, 'absent'])).toMatchObject({ code: 2 });
});

test('Ctrl-C ends it with 130 and leaves no files', async () => {
  const own = await serverWith({ requestDelayMs: 30 });
  const running = workspace.start(['bench', '--model', 'all-minilm', '--ollama-url', own.url, '--quick'], {
    env: { TMPDIR: workspace.dir },
  });
  await eventually(() => own.stats.embeds).toBeGreaterThan(30);
  running.child.kill('SIGINT');
  const { code, stderr } = await running.done;
  expect(code).toBe(130);
  expect(stderr).toContain('Stopped by SIGINT; nothing was changed.');
  expect(readdirSync(workspace.dir).filter((name) => name.startsWith('embed-bench'))).toEqual([]);
});

describe('on a terminal', () => {
  test.each([80, 100, 120])('it fits %i columns', (columns) => {
    const report = sampleReport();
    const [target] = report.targets;
    const failure = {
      meaning: 'busy',
      message: 'Ollama at http://a:11434 answered 503 (server busy): '.repeat(4),
      count: 2,
    };
    Object.assign(target!.settings[2]!, { status: 'failed', failure });
    report.ended = 'time-limit';
    const lines = stripVTControlCharacters(renderReport(report, columns)).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines.join('\n')).toContain('32 texts × 2 against one at a time: 8.00 times as fast');
    expect(lines.join('\n')).toMatch(/32 texts +failed +320/);
  });

  test('bars are as long as what they stand for', () => {
    const lines = stripVTControlCharacters(renderReport(sampleReport(), 80)).split('\n');
    const length = (name: string) =>
      lines.find((line) => line.startsWith(name) && line.includes('█'))!.replace(/[^█]/g, '').length;
    expect(length('32 texts × 2')).toBe(32);
    expect(length('one at a time')).toBe(4);
  });

  test('a comparison names what changed', () => {
    const change = {
      target: 'm',
      role: 'batched' as const,
      before: { id: 'batched-32x2', textsPerSecond: 400 },
      now: { id: 'batched-16x2', textsPerSecond: 300 },
      ratio: { estimate: 0.75, low: 0.7, high: 0.8 },
      verdict: 'slower' as const,
      regressed: true,
    };
    const text = renderComparison({
      date: '2026-01-02T00:00:00Z',
      maxRegression: 0.1,
      changes: [change],
    });
    expect(text).toContain('batched           400 → 300 texts/s, ×0.75 (0.70–0.80): slower');
  });
});
