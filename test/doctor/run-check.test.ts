import { expect, test } from 'vitest';
import { Budget, Probe } from '../../src/doctor/run-check.js';
import { ServiceError } from '../../src/errors.js';

const never = () => new Promise<never>(() => undefined);
const fine = { status: 'ok', seen: 'fine' } as const;

function makeProbe(ms = 60_000, signal = new AbortController().signal): Probe {
  return new Probe('node', new Budget(ms, signal), 'http://there');
}

test('what hangs says so in its line, and the next check is made', async () => {
  const probe = makeProbe();
  await probe.check('one', 'One', never, { timeoutMs: 20, mend: 'restart it' });
  await probe.check('two', 'Two', () => fine);
  expect(probe.checks).toMatchObject([
    { id: 'node.one', status: 'failure', seen: 'no answer within 20 ms', mend: 'restart it' },
    { id: 'node.two', status: 'ok', subject: 'http://there' },
  ]);
});

test('a check that is over is aborted', async () => {
  const probe = makeProbe();
  let aborted = false;
  const look = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    return never();
  };
  await probe.check('one', 'One', look, { timeoutMs: 5 });
  expect(aborted).toBe(true);
});

test('a known error is its sentence, without the subject that the heading names', async () => {
  const probe = makeProbe();
  await probe.check('one', 'One', () => {
    throw new ServiceError('Ollama at http://there has gone: start it.');
  });
  expect(probe.checks[0]).toMatchObject({ status: 'failure', seen: 'has gone: start it' });
});

test('an unknown error is a failure, too', async () => {
  const probe = makeProbe();
  await probe.check('one', 'One', () => Promise.reject(new TypeError('x is not a function\n at y')));
  expect(probe.checks[0]).toMatchObject({ status: 'failure', seen: 'unexpected: x is not a function' });
});

test('without time left a check warns: nothing was looked at', async () => {
  const probe = makeProbe(0);
  await probe.check('one', 'One', () => fine);
  expect(probe.checks[0]).toMatchObject({ status: 'warning', mend: expect.stringContaining('--timeout') });
});

test('who was left too little time by others is not blamed', async () => {
  const probe = makeProbe(50);
  await probe.check('one', 'One', never);
  await probe.check('two', 'Two', never, { isNeeded: true });
  expect(probe.checks).toMatchObject([
    { status: 'warning', seen: 'no time was left to look' },
    { status: 'failure', seen: 'no time was left to look' },
  ]);
});

test("the user's abort ends it", async () => {
  const control = new AbortController();
  const check = makeProbe(60_000, control.signal).check('one', 'One', never);
  control.abort(new Error('stopped'));
  await expect(check).rejects.toThrow('stopped');
});
