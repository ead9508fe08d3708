// Waits for what comes in its own time: on a busy machine that may be long after vitest's one second.
import { expect } from 'vitest';

export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 10 });
