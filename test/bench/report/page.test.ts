import { expect, test } from 'vitest';
import { compareWith } from '../../../src/bench/report/baseline.js';
import { pageOf } from '../../../src/bench/report/page.js';
import { apart, ticks } from '../../../src/bench/report/svg.js';
import { verdictOf } from '../../../src/bench/report/words.js';
import { renderReport } from '../../../src/cli/terminal/bench-view.js';
import { html } from '../../../src/text/html.js';
import fc from '../../helpers/properties.js';
import { sampleReport, settingReport } from '../sample-report.js';

test('a page fetches nothing, runs nothing, and shows every chart with a title and its numbers', () => {
  const page = pageOf(sampleReport());
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\ssrc=|\shref=/i);
  expect(page).toContain('prefers-color-scheme: dark');
  const charts = page.match(/<svg [^>]*role="img" aria-labelledby="([\w-]+) ([\w-]+)"/g)!;
  // Each for a wide screen, and for a phone.
  expect(charts).toHaveLength(6);
  for (const chart of charts) {
    for (const id of /aria-labelledby="([^"]+)"/.exec(chart)![1]!.split(' ')) {
      expect(page.split(`id="${id}"`)).toHaveLength(2);
    }
  }
  expect(page.match(/<table>/g)).toHaveLength(3);
  expect(page).toContain('<code>--batch-size 32 --concurrency 2</code>');
  expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
});

test('names from outside are shown as text', () => {
  const report = sampleReport();
  report.targets[0]!.name = '<b>model</b> & "co"';
  report.targets[0]!.model = '</title><i>';
  const page = pageOf(report);
  expect(page).not.toMatch(/<b>|<i>/);
  expect(page).toContain('&#60;b&#62;model');
});

test('failed settings, a missing speed-up and an early end are shown', () => {
  const report = sampleReport();
  const [target] = report.targets;
  report.ended = 'time-limit';
  Object.assign(target!, { speedup: null, best: null, recommended: null, difference: null });
  target!.settings = [
    settingReport('individual', 1, 1, 40),
    {
      ...settingReport('batched', 8, 1, 100),
      status: 'failed',
      textsPerSecond: null,
      latencyMs: null,
      failure: { meaning: 'busy', message: 'answered 503', count: 2 },
    },
  ];
  const page = pageOf(report);
  expect(page).toContain('answered 503');
  expect(page).toContain('The time limit ended the measurement');
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
  expect(verdictOf(target!, null).join(' ')).toContain('No settings can be recommended');
});

test('several targets are compared in a chart of their own', () => {
  const report = sampleReport();
  const other = { ...report.targets[0]!, name: 'b', url: 'http://b:11434' };
  report.targets.push(other);
  report.comparisons.push({
    target: 1,
    against: 0,
    ratio: { estimate: 1.5, low: 1.4, high: 1.6 },
    verdict: 'faster',
    difference: 'faster',
  });
  const page = pageOf(report);
  expect(page.match(/<svg /g)).toHaveLength(2 * (1 + 2 * 3));
  expect(page).toContain('1.50 times as fast (95 % interval 1.40 to 1.60)');
});

test('everything but markup is escaped', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"']/);
      expect(html`${html`${text}`}`.text).toBe(html`${text}`.text);
    }),
  );
});

test('ticks are round and reach over the largest value', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (most) => {
      const marks = ticks(most);
      expect(marks[0]).toBe(0);
      expect(marks.at(-1)!).toBeGreaterThanOrEqual(most * 0.99);
      expect(marks.length).toBeGreaterThan(2);
      expect(marks.length).toBeLessThan(9);
    }),
  );
  expect(ticks(377)).toEqual([0, 100, 200, 300, 400]);
});

test('labels are moved apart in their order', () => {
  expect(apart([10, 11, 50, 12], 10)).toEqual([10, 20, 50, 30]);
});

test('a loss counts against a baseline when it is more than allowed and more than noise', () => {
  const now = (speeds: number[]) => {
    const report = sampleReport();
    report.targets[0]!.settings.find(({ id }) => id === 'batched-32x2')!.samples.textsPerSecond = speeds;
    return report;
  };
  const steady = [100, 101, 99, 100, 100, 100];
  const regressed = (before: number[], after: number[], allowed: number) => {
    const { changes } = compareWith(now(before), now(after), allowed);
    expect(changes.map(({ role }) => role)).toEqual(['individual', 'batched', 'adaptive']);
    expect(changes.filter(({ role }) => role !== 'batched').some((change) => change.regressed)).toBe(false);
    return changes[1]!.regressed;
  };
  expect(
    regressed(
      steady,
      steady.map((speed) => speed * 0.8),
      0.1,
    ),
  ).toBe(true);
  expect(
    regressed(
      steady,
      steady.map((speed) => speed * 0.95),
      0.1,
    ),
  ).toBe(false);
  expect(
    regressed(
      steady,
      steady.map((speed) => speed * 2),
      0.1,
    ),
  ).toBe(false);
  // A fifth slower on average, but as fast as ever in half of the rounds.
  expect(regressed(steady, [100, 40, 101, 99, 60, 100], 0.1)).toBe(false);
  expect(regressed([100, 99], [50, 50], 0.1)).toBe(false);
});

test('what was measured and fails now counts, what the time limit left out does not', () => {
  const changed = (change: (report: ReturnType<typeof sampleReport>) => void) => {
    const report = sampleReport();
    change(report);
    return compareWith(sampleReport(), report, 0.1).changes.filter(({ regressed }) => regressed);
  };
  const adaptive = (report: ReturnType<typeof sampleReport>) =>
    report.targets[0]!.settings.find(({ id }) => id === 'adaptive')!;
  const failed = changed((report) => {
    adaptive(report).status = 'failed';
  });
  expect(failed).toMatchObject([{ role: 'adaptive', now: { textsPerSecond: null }, ratio: { estimate: 0 } }]);
  const without = (report: ReturnType<typeof sampleReport>) => {
    const { settings } = report.targets[0]!;
    settings.splice(settings.indexOf(adaptive(report)), 1);
  };
  expect(changed(without)).toEqual([]);
  const down = changed((report) => {
    without(report);
    report.ended = 'server-down';
  });
  expect(down.map(({ role }) => role)).toEqual(['adaptive']);
});

test('a baseline of another model is refused', () => {
  const other = sampleReport();
  other.targets[0]!.model = 'bge-m3:latest';
  expect(() => compareWith(other, sampleReport(), 0.1)).toThrow(
    /measured bge-m3:latest, not all-minilm:latest/,
  );
});

test('a baseline of other texts is refused', () => {
  const other = sampleReport();
  other.texts.hash = 'other';
  expect(() => compareWith(other, sampleReport(), 0.1)).toThrow(/measured other texts/);
});

test('what can not be told yet is said so on page and terminal, with the command that would tell', () => {
  const report = sampleReport();
  const [target] = report.targets;
  const speedup = { estimate: 1.92, low: 0.76, high: 4.87 };
  Object.assign(target!, {
    speedup,
    verdict: 'cant-tell-yet',
    recommended: { batchSize: 32, concurrency: 2, reason: 'cant-tell-yet' },
    againstDefault: null,
  });
  report.again = { seconds: 240, command: 'embed bench docs --time-limit 4m' };
  for (const text of [
    pageOf(report)
      .replaceAll('&#39;', "'")
      .replaceAll(/<\/?code>/g, ''),
    renderReport(report, 120),
  ]) {
    expect(text).toMatch(/can.t tell yet: ×1\.92 \(95 % interval 0\.76 to 4\.87\)/);
    expect(text).toContain('To tell more, run about 4 min: ');
    expect(text).toContain('embed bench docs --time-limit 4m');
    expect(text).not.toMatch(/no difference:|Use --/);
  }
});

test('nothing is to be set where the default is as good', () => {
  const report = sampleReport();
  Object.assign(report.targets[0]!, {
    recommended: { batchSize: 32, concurrency: 2, reason: 'adaptive' },
    againstDefault: { ratio: { estimate: 0.97, low: 0.95, high: 0.99 }, verdict: 'no-difference' },
  });
  const text = renderReport(report, 120);
  expect(text).toContain('Set nothing: no fixed setting is faster than the adaptive default.');
  expect(text).toContain(
    '--batch-size 32 --concurrency 2 against the adaptive default: no difference: ×0.97',
  );
});
