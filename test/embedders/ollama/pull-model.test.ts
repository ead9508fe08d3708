import { describe, expect, test } from 'vitest';
import { pullModel } from '../../../src/embedders/ollama/pull-model.js';
import { ServiceError } from '../../../src/errors.js';
import { eventsFor } from '../../../src/events.js';
import { eventually } from '../../helpers/eventually.js';
import { recordedPull } from '../../helpers/ollama/contract.js';
import { allMiniLm, startOllama } from '../../helpers/ollama.js';

interface Progress {
  step: string;
  completed: number;
  total: number;
}

async function pull(server: { url: string }, signal?: AbortSignal): Promise<Progress[]> {
  const seen: Progress[] = [];
  const events = eventsFor({ pulling: (step, completed, total) => seen.push({ step, completed, total }) });
  await pullModel(new URL(server.url), 'all-minilm', { events, signal });
  return seen;
}

describe('pullModel', () => {
  test('tells the progress, and ends when the server has the model', async () => {
    await using server = await startOllama({ models: [], registry: [{ ...allMiniLm }] });
    const seen = await pull(server);
    expect(seen.map((one) => one.step)).toEqual(
      recordedPull().success.map((line) => (line as { status: string }).status),
    );
    expect(seen[1]).toMatchObject({ completed: 30302208, total: 45949440 });
    expect(server.world.models).toHaveLength(1);
  });

  test('adds up layers, and follows a part that is fetched again', async () => {
    await using server = await startOllama({ registry: [{ ...allMiniLm }] });
    const layer = (digest: string, completed: number) => ({
      status: 'pulling',
      digest,
      total: 100,
      completed,
    });
    server.world.pullLines = [
      { status: 'pulling manifest' },
      { status: 'pulling', digest: 'a', total: 100 },
      layer('a', 60),
      layer('b', 10),
      layer('a', 20),
      layer('a', 100),
      layer('b', 100),
      { status: 'success' },
    ];
    expect((await pull(server)).map((one) => `${one.completed}/${one.total}`)).toEqual([
      '0/0',
      '0/100',
      '60/100',
      '70/200',
      '30/200',
      '110/200',
      '200/200',
      '200/200',
    ]);
  });

  test.each(['unknown_model', 'no_network'] as const)('finds the error in a 200: %s', async (outcome) => {
    await using server = await startOllama(outcome === 'no_network' ? {} : { registry: [] });
    const [, line] = recordedPull()[outcome] as { error?: string }[];
    const work = pull(server);
    await expect(work).rejects.toThrow(ServiceError);
    await expect(work).rejects.toThrow(line!.error);
  });

  test('does not take an end without success for one', async () => {
    await using server = await startOllama({ registry: [{ ...allMiniLm }] });
    server.world.pullLines = [{ status: 'pulling manifest' }];
    await expect(pull(server)).rejects.toThrow(ServiceError);
    server.script({ kind: 'reset-mid-body', path: '/api/pull' });
    await expect(pull(server)).rejects.toThrow(ServiceError);
    server.script({ kind: 'answer', status: 500, body: '{"error":"disk full"}', path: '/api/pull' });
    await expect(pull(server)).rejects.toThrow(/disk full/);
    server.script({ kind: 'answer', status: 200, body: 'no json\n', path: '/api/pull' });
    await expect(pull(server)).rejects.toThrow(ServiceError);
  });

  test('can be aborted', async () => {
    await using server = await startOllama();
    server.script({ kind: 'hang', path: '/api/pull' });
    const control = new AbortController();
    const work = pull(server, control.signal);
    await eventually(() => server.stats.requests).toBe(1);
    control.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});
