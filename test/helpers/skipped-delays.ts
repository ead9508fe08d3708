// What a server is told to take passes at once, for those who measure it as well: no test waits, and what is measured is
// the same on a busy machine.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';
import type { TestOllama } from './ollama.js';

/** In so many turns of the event loop, what is on its way arrives. */
const quietTurns = 20;

/**
 * Until the test ends, `setTimeout` and `performance.now` are those of another clock. It jumps to the next timer when all
 * requests in flight are delayed, or hang, by what these servers were told. It stands still while one is answered, and goes
 * as the real one does while none is in flight.
 */
export function skipDelays(...servers: readonly TestOllama[]): void {
  const realNow = performance.now.bind(performance);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  let isOver = false;
  const sum = (name: 'inFlight' | 'delayed' | 'requests') =>
    servers.reduce((all, { stats }) => all + stats[name], 0);
  const run = async () => {
    let last = realNow();
    let seen = 0;
    for (let quiet = 0; !isOver; quiet++) {
      await nextTurn();
      const now = realNow();
      const elapsed = now - last;
      last = now;
      const [requests, inFlight] = [sum('requests'), sum('inFlight')];
      if (requests !== seen || inFlight !== sum('delayed')) quiet = 0;
      seen = requests;
      if (quiet < quietTurns) continue;
      if (inFlight === 0) {
        vi.advanceTimersByTime(elapsed);
      } else {
        vi.advanceTimersToNextTimer();
        quiet = 0;
      }
    }
  };
  const running = run();
  onTestFinished(async () => {
    isOver = true;
    await running;
    vi.useRealTimers();
  });
}
