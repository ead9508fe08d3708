// What a report makes of rounds as they were measured: which setting it recommends, and what it leaves open.
import { expect, onTestFinished, test } from 'vitest';
import {
  adaptiveCandidate,
  type Candidate,
  fixed,
  sequentialCandidate,
} from '../../../src/bench/measure/candidates.js';
import type { Measurement } from '../../../src/bench/measure/measure.js';
import { Target } from '../../../src/bench/measure/target.js';
import { Entry } from '../../../src/bench/measure/target-results.js';
import { reportOf } from '../../../src/bench/report/report.js';
import { verdictOf } from '../../../src/bench/report/words.js';
import { EmbedderFault } from '../../../src/errors.js';
import { noEvents } from '../../../src/events.js';
import { startOllama } from '../../helpers/ollama.js';
import { settingsWith } from '../../upstream/settings.js';

const batchedSetting = fixed(8, 2);

/** Texts per second of each round that checked, by setting. */
type Speeds = readonly (readonly [Candidate, readonly number[]])[];

async function entryOf(speeds: Speeds): Promise<Entry> {
  const server = await startOllama();
  onTestFinished(() => server.stop());
  const target = await Target.open({
    settings: settingsWith({ ollamaUrl: [server.url], model: 'all-minilm' }),
    signal: new AbortController().signal,
    events: noEvents,
  });
  onTestFinished(() => target.close());
  target.useTexts(['a text']);
  const entry = new Entry(target);
  for (const [candidate, list] of speeds) {
    const trials = list.map((speed) => ({
      ...{ texts: speed, tokens: speed, requests: 1, seconds: 1, latencies: [1], lookups: 0, hits: 0 },
    }));
    Object.assign(entry.of(candidate).rounds, { choose: trials, check: trials });
  }
  entry.chooseBest();
  return entry;
}

function reported(entry: Entry, ended?: Measurement['ended']) {
  const sample = { source: 'bundled' as const, texts: ['a text'], hash: 'abc' };
  return reportOf({ results: [entry], sample, ended, seconds: 20 }, 1);
}

const alone: Speeds[number] = [sequentialCandidate, [20, 21, 20, 19]];
const batched: Speeds[number] = [batchedSetting, [200, 205, 199, 201]];

test.each([
  ['much slower', [80, 81, 79, 80], { reason: 'faster', verdict: 'faster', again: false }],
  ['much faster', [800, 810, 790, 800], { reason: 'adaptive', verdict: 'slower', again: false }],
  ['as fast', [200, 201, 202, 203], { reason: 'adaptive', verdict: 'no-difference', again: false }],
  [
    'now slower, now faster',
    [90, 400, 80, 410],
    { reason: 'cant-tell-yet', verdict: 'cant-tell-yet', again: true },
  ],
  ['slower, in two rounds', [80, 81], { reason: 'cant-tell-yet', verdict: 'cant-tell-yet', again: true }],
])('the default is %s', async (_, speeds, { reason, verdict, again }) => {
  const report = reported(await entryOf([alone, batched, [adaptiveCandidate, speeds]]));
  expect(report.recommended).toEqual({ batchSize: 8, concurrency: 2, reason });
  expect(report.targets[0]!.againstDefault).toMatchObject({ verdict });
  expect(report.verdict).toBe('faster');
  expect(report.again !== null).toBe(again);
});

test('where there was no time to measure the default, nothing is recommended yet, and how long to run is said', async () => {
  const report = reported(await entryOf([alone, batched]), 'time-limit');
  // Surely faster than one text at a time; which says nothing of the default.
  expect(report).toMatchObject({ verdict: 'faster', recommended: { reason: 'cant-tell-yet' } });
  expect(report.targets[0]!.againstDefault).toBeNull();
  expect(report.again).toEqual({ seconds: 50, command: 'embed bench --time-limit 50s' });
  expect(verdictOf(report.targets[0]!, report.again).join('\n')).toContain('run about 50 s');
});

test('a default that fails leaves one text at a time to compare with', async () => {
  const entry = await entryOf([alone, batched]);
  entry.of(adaptiveCandidate).failures.push(new EmbedderFault('busy', 'too much'));
  expect(reported(entry).recommended).toMatchObject({ reason: 'faster' });
});

test('where the time was over before any batch, how long to run is said', async () => {
  const report = reported(await entryOf([[sequentialCandidate, [20]]]), 'time-limit');
  expect(report).toMatchObject({ speedup: null, again: { seconds: 40 } });
  const lines = verdictOf(report.targets[0]!, report.again);
  expect(lines.at(-1)).toBe('To tell more, run about 40 s: embed bench --time-limit 40s');
});
