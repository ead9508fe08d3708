import { describe, expect, test, vi } from 'vitest';
import { EmbedderFault } from '../src/errors.js';
import { eventsFor, noEvents, type RunEvents } from '../src/events.js';

const happenings: { [name in keyof RunEvents]: Parameters<RunEvents[name]> } = {
  notice: ['The server answers again.', 'server-answers'],
  warning: ['The cache fails.', 'cache-fails'],
  skipped: ['binary', 'a.bin'],
  ignored: ['ignored', 'a.tmp', () => ({ pattern: '*.tmp' })],
  document: ['moved', 'b.md', 'a.md'],
  pulling: ['pulling manifest', 1, 2],
  requestSent: [64],
  retrying: [new EmbedderFault('busy', 'Too much to do.'), 500],
};
const names = Object.keys(happenings) as (keyof RunEvents)[];

function tell(events: RunEvents, name: keyof RunEvents): void {
  (events[name] as (...values: unknown[]) => void)(...happenings[name]);
}

describe('eventsFor', () => {
  test.each(names)('hands %s on as it is, and no other', (name) => {
    const listener = Object.fromEntries(names.map((one) => [one, vi.fn()]));
    tell(eventsFor(listener), name);
    for (const one of names) expect(listener[one]!.mock.calls).toEqual(one === name ? [happenings[one]] : []);
  });

  test.each(names)('tells all listeners of %s, in their order, and asks none to care', (name) => {
    const told: string[] = [];
    const events = eventsFor({ [name]: () => told.push('first') }, {}, undefined, {
      [name]: () => told.push('last'),
    });
    tell(events, name);
    expect(told).toEqual(['first', 'last']);
    tell(noEvents, name);
  });

  test('calls methods of an object on that object, also those that come later', () => {
    class Log {
      lines: string[] = [];
      notice(message: string): void {
        this.lines.push(message);
      }
      warning?: RunEvents['warning'];
    }
    const log = new Log();
    const events = eventsFor(log);
    events.notice('one', 'server-answers');
    log.warning = (message) => log.lines.push(`warning: ${message}`);
    events.warning('two', 'cache-fails');
    expect(log.lines).toEqual(['one', 'warning: two']);
  });
});
