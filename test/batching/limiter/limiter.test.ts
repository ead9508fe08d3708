import { describe, expect, test } from 'vitest';
import { Limiter, type LimiterOptions } from '../../../src/batching/limiter/limiter.js';
import fc from '../../helpers/properties.js';
import { type ServerModel, type SimulatedLimiter, simulate } from './simulated-server.mjs';

/** A model on a small machine: one text at a time, two requests keep it busy. */
const smallMachine: ServerModel = { perRequest: 8, perText: 2, perToken: 0.3, roundTrip: 4, noise: 0.05 };
/** Takes 64 texts at once, and four requests. */
const gpu: ServerModel = { perText: 20, perToken: 0.05, width: 64, lanes: 4, roundTrip: 10, noise: 0.1 };

const models: Record<string, ServerModel> = {
  'one text at a time': smallMachine,
  'one text at a time, with much noise': { ...smallMachine, noise: 0.2 },
  'costly requests': { perText: 1, perToken: 0.02, roundTrip: 200, noise: 0.1 },
  'many texts at once': { ...gpu, lanes: 1, roundTrip: 30 },
  'many texts and requests at once': gpu,
  'slower when it holds many texts': {
    perRequest: 2,
    perText: 9,
    roundTrip: 4,
    crowd: 20,
    crowded: 0.3,
    noise: 0.05,
  },
};

const adaptive =
  (options: LimiterOptions = {}) =>
  (now: () => number) =>
    new Limiter({ ...options, now });

const fixed = (batchSize: number, concurrency: number) => (): SimulatedLimiter => ({
  batchSize,
  concurrency,
  answered() {},
  overloaded() {},
});

function bestFixed(model: ServerModel): number {
  const speeds = [4, 8, 16, 32, 64].flatMap((size) =>
    [1, 2, 3, 4, 6, 8].map(
      (requests) => simulate(fixed(size, requests), model, { answers: 400 }).tokensPerSecond,
    ),
  );
  return Math.max(...speeds);
}

/** Answers one request with everything as allowed, after `ms`. */
function answer(limiter: Limiter, clock: { now: number }, ms: number): void {
  clock.now += ms;
  const { batchSize: texts, concurrency: inFlight } = limiter;
  limiter.answered({ texts, tokens: texts * 10, ms, inFlight });
}

describe('throughput', () => {
  test.each(Object.entries(models))('comes close to the best fixed setting: %s', (_name, model) => {
    const best = bestFixed(model);
    for (const seed of [1, 2, 3]) {
      const { limiter } = simulate(adaptive(), model, { answers: 3000, seed });
      const settled = simulate(fixed(limiter.batchSize, limiter.concurrency), model, { answers: 400, seed });
      expect(settled.tokensPerSecond / best).toBeGreaterThan(0.93);
      // With what the search cost.
      const whole = simulate(adaptive(), model, { answers: 3000, seed });
      expect(whole.tokensPerSecond / best).toBeGreaterThan(0.9);
    }
  });

  test('a short run is not spoilt by the search', () => {
    const usual = simulate(fixed(32, 2), smallMachine, { answers: 60 }).tokensPerSecond;
    expect(simulate(adaptive(), smallMachine, { answers: 60 }).tokensPerSecond / usual).toBeGreaterThan(0.97);
  });

  test('follows a server that becomes another', () => {
    const model: ServerModel = { ...smallMachine, change: (answers) => (answers > 500 ? gpu : undefined) };
    const { limiter } = simulate(adaptive(), model, { answers: 4000 });
    expect(limiter.batchSize).toBe(64);
    expect(limiter.concurrency).toBeGreaterThanOrEqual(4);
  });

  test('texts that get longer are not mistaken for a better or worse setting', () => {
    const tokens = (random: () => number, answers: number) =>
      Math.ceil((10 + answers / 10) * (0.5 + random()));
    const model: ServerModel = { ...smallMachine, perText: 10 };
    const usual = simulate(fixed(32, 2), model, { answers: 1500, tokens }).tokensPerSecond;
    const { tokensPerSecond } = simulate(adaptive(), model, { answers: 1500, tokens });
    expect(tokensPerSecond / usual).toBeGreaterThan(0.95);
  });
});

describe('a stationary server', () => {
  test('sees fewer and fewer changes', () => {
    const anyModel = fc.record({
      perRequest: fc.integer({ min: 0, max: 50 }),
      perText: fc.integer({ min: 1, max: 20 }),
      perToken: fc.double({ min: 0, max: 0.5, noNaN: true }),
      roundTrip: fc.integer({ min: 0, max: 100 }),
      lanes: fc.integer({ min: 1, max: 4 }),
      width: fc.constantFrom(1, 8, 64),
      noise: fc.double({ min: 0, max: 0.25, noNaN: true }),
    });
    fc.assert(
      fc.property(anyModel, fc.integer(), (model, seed) => {
        const { trace } = simulate(adaptive(), model, { answers: 4000, seed });
        const changesWithin = (from: number, to: number) =>
          trace.filter(({ answers }) => answers > from && answers <= to).length;
        expect(changesWithin(0, 1000)).toBeLessThan(60);
        expect(changesWithin(2000, 4000)).toBeLessThan(24);
        expect(changesWithin(2000, 4000)).toBeLessThanOrEqual(changesWithin(0, 2000));
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  test('always stays between one and the maxima', () => {
    const model: ServerModel = { ...gpu, busyAbove: 5, timeout: 400 };
    for (const options of [
      {},
      { maxBatchSize: 20, maxConcurrency: 3 },
      { maxBatchSize: 1 },
      { maxConcurrency: 1 },
    ]) {
      const { trace } = simulate(adaptive(options), model, { answers: 1000 });
      for (const { batchSize, concurrency } of trace) {
        expect(batchSize).toBeGreaterThanOrEqual(1);
        expect(batchSize).toBeLessThanOrEqual(options.maxBatchSize ?? 64);
        expect(concurrency).toBeGreaterThanOrEqual(1);
        expect(concurrency).toBeLessThanOrEqual(options.maxConcurrency ?? 8);
      }
    }
  });
});

describe('what the user fixed', () => {
  test('never moves', () => {
    const { trace } = simulate(
      adaptive({ batchSize: 200, concurrency: 3 }),
      { ...gpu, busyAbove: 2 },
      { answers: 300 },
    );
    expect(trace.map(({ batchSize, concurrency }) => [batchSize, concurrency])).toEqual([[200, 3]]);
  });

  test('moves alone where only one is fixed', () => {
    const sized = simulate(adaptive({ batchSize: 64 }), gpu, { answers: 800 });
    expect(new Set(sized.trace.map(({ batchSize }) => batchSize))).toEqual(new Set([64]));
    expect(sized.limiter.concurrency).toBeGreaterThanOrEqual(4);
    const single = simulate(adaptive({ concurrency: 1 }), gpu, { answers: 800 });
    expect(new Set(single.trace.map(({ concurrency }) => concurrency))).toEqual(new Set([1]));
    expect(single.limiter.batchSize).toBe(64);
  });
});

describe('an idle queue', () => {
  test('teaches nothing: slots that were never full', () => {
    const clock = { now: 0 };
    const limiter = new Limiter({ now: () => clock.now });
    for (let request = 0; request < 500; request++) {
      clock.now += 100;
      limiter.answered({ texts: 32, tokens: 320, ms: 50, inFlight: 1 });
    }
    expect([limiter.batchSize, limiter.concurrency]).toEqual([32, 2]);
  });

  test('teaches nothing: slow requests that never took the last slot', () => {
    const clock = { now: 0 };
    const limiter = new Limiter({ now: () => clock.now });
    const settings = new Set<string>();
    for (let request = 0; request < 500; request++) {
      clock.now += 100;
      limiter.answered({ texts: 32, tokens: 320, ms: 400, inFlight: 1 });
      settings.add(`${limiter.batchSize}x${limiter.concurrency}`);
    }
    expect([...settings]).toEqual(['32x2']);
  });

  test('teaches nothing: gaps between requests', () => {
    const { trace } = simulate(adaptive({ concurrency: 1 }), smallMachine, { answers: 300, pause: 1000 });
    expect(trace).toHaveLength(1);
  });

  test('batches that something else keeps small do not grow', () => {
    const clock = { now: 0 };
    const limiter = new Limiter({ now: () => clock.now, concurrency: 1 });
    const sizes = new Set<number>();
    for (let request = 0; request < 500; request++) {
      clock.now += 50;
      limiter.answered({ texts: 12, tokens: 3000, ms: 50, inFlight: 1 });
      sizes.add(limiter.batchSize);
    }
    expect([...sizes]).toEqual([32]);
  });
});

describe('overload', () => {
  test('a full queue halves the requests, once for all that were in flight', () => {
    const limiter = new Limiter({ startConcurrency: 8, now: () => 0 });
    for (let failure = 0; failure < 8; failure++) limiter.overloaded('busy');
    expect([limiter.batchSize, limiter.concurrency]).toEqual([32, 4]);
    for (let failure = 0; failure < 4; failure++) limiter.overloaded('busy');
    expect([limiter.batchSize, limiter.concurrency]).toEqual([32, 2]);
  });

  test('time-outs halve the batch first, then by turns', () => {
    const limiter = new Limiter({ startConcurrency: 4, now: () => 0 });
    const seen: number[][] = [];
    for (let time = 0; time < 12; time++) {
      const { concurrency } = limiter;
      for (let failure = 0; failure < concurrency; failure++) limiter.overloaded('timeout');
      seen.push([limiter.batchSize, limiter.concurrency]);
    }
    expect(seen.slice(0, 4)).toEqual([
      [16, 4],
      [16, 2],
      [8, 2],
      [8, 1],
    ]);
    expect(seen.at(-1)).toEqual([1, 1]);
  });

  test('an answer in between makes the next failure count', () => {
    const clock = { now: 0 };
    const limiter = new Limiter({ startConcurrency: 8, now: () => clock.now });
    limiter.overloaded('busy');
    clock.now = 1;
    answer(limiter, clock, 10);
    limiter.overloaded('busy');
    expect(limiter.concurrency).toBe(2);
  });

  test('answers to requests sent before say nothing of the server after', () => {
    const clock = { now: 1000 };
    const limiter = new Limiter({ startConcurrency: 8, now: () => clock.now });
    limiter.overloaded('busy');
    for (let request = 0; request < 50; request++) {
      clock.now += 10;
      limiter.answered({ texts: 32, tokens: 320, ms: clock.now - 500, inFlight: 8 });
    }
    expect(limiter.concurrency).toBe(4);
  });

  test('a step back that comes too early is undone, and the next one comes later', () => {
    const clock = { now: 0 };
    const limiter = new Limiter({ startConcurrency: 8, now: () => clock.now });
    const answersUntilChange = () => {
      const { concurrency } = limiter;
      let answers = 0;
      while (limiter.concurrency === concurrency) {
        answer(limiter, clock, 10);
        answers++;
      }
      return answers;
    };
    limiter.overloaded('busy');
    const first = answersUntilChange();
    expect(limiter.concurrency).toBe(5);
    limiter.overloaded('busy');
    expect(limiter.concurrency).toBe(4);
    expect(answersUntilChange()).toBe(2 * first);
  });

  test('comes back step by step when the server is calm again', () => {
    const clock = { now: 0 };
    const limiter = new Limiter({ startConcurrency: 4, now: () => clock.now });
    for (let failure = 0; failure < 4; failure++) limiter.overloaded('busy');
    for (let failure = 0; failure < 2; failure++) limiter.overloaded('timeout');
    expect([limiter.batchSize, limiter.concurrency]).toEqual([16, 2]);
    const seen = new Set<string>();
    for (let request = 0; request < 40; request++) {
      answer(limiter, clock, 10);
      seen.add(`${limiter.batchSize}x${limiter.concurrency}`);
    }
    expect([...seen].slice(0, 4)).toEqual(['16x2', '16x3', '16x4', '32x4']);
  });

  test('a server that was overloaded for a while gets all of its load back', () => {
    const model: ServerModel = {
      ...gpu,
      change: (answers) => (answers > 1000 && answers < 1200 ? { busyAbove: 1 } : undefined),
    };
    const { trace, limiter } = simulate(adaptive(), model, { answers: 2500 });
    const during = trace.filter(({ answers }) => answers > 1000 && answers < 1200);
    expect(during.some(({ concurrency }) => concurrency === 1)).toBe(true);
    const best = bestFixed(gpu);
    const after = simulate(fixed(limiter.batchSize, limiter.concurrency), gpu, { answers: 400 });
    expect(after.tokensPerSecond / best).toBeGreaterThan(0.93);
  });

  test('a server that always refuses more than it does now is asked less and less often', () => {
    const model: ServerModel = { ...gpu, lanes: 8, busyAbove: 3 };
    const first = simulate(adaptive(), model, { answers: 1000 });
    const longer = simulate(adaptive(), model, { answers: 4000 });
    expect(longer.limiter.concurrency).toBeLessThanOrEqual(3);
    expect(longer.overloads - first.overloads).toBeLessThanOrEqual(first.overloads);
    expect(longer.tokensPerSecond / bestFixed(model)).toBeGreaterThan(0.93);
  });

  test('batches that time out become small enough to be answered', () => {
    const model: ServerModel = { perText: 100, noise: 0.05, timeout: 3000 };
    const { limiter, overloads } = simulate(adaptive(), model, { answers: 600 });
    expect(limiter.batchSize * limiter.concurrency * 100).toBeLessThan(3000);
    expect(overloads).toBeLessThan(60);
  });
});
