// Gives the event loop a turn after each test: a worker that computes for a minute, test after test, doesn't hear that
// vitest has taken its results, and fails the whole run.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach } from 'vitest';
import './orphan.js';

afterEach(async () => {
  await nextTurn();
});
