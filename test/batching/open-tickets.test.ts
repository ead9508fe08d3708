import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { OpenTickets } from '../../src/batching/open-tickets.js';
import { Ticket } from '../../src/batching/ticket.js';
import type { Priority } from '../../src/types/requests.js';

const bounds = { items: 8, tokens: 1000, length: 10_000 };

function queued(tickets: OpenTickets, text: string, priority: Priority = 2): Ticket {
  const ticket = new Ticket({ hash: text, text, tokens: 1, priority });
  tickets.queue(ticket);
  return ticket;
}

function takeAll(tickets: OpenTickets): Ticket[] {
  const queue = tickets.nextQueue(() => true);
  return queue === undefined ? [] : tickets.takeBatch(queue, bounds);
}

describe('open tickets', () => {
  test('an equal text joins, in the queue and in flight, until its ticket is forgotten', () => {
    const tickets = new OpenTickets();
    const ticket = queued(tickets, 'a');
    expect(tickets.join('a', 2)).toBe(ticket);
    expect(takeAll(tickets)).toEqual([ticket]);
    expect(tickets.waiting).toBe(0);
    expect(tickets.join('a', 2)).toBe(ticket);
    expect(ticket.callers).toBe(3);
    tickets.forget([ticket]);
    expect(tickets.join('a', 2)).toBeUndefined();
  });

  test('a more urgent caller moves the text forward', () => {
    const tickets = new OpenTickets();
    queued(tickets, 'a');
    queued(tickets, 'b');
    tickets.join('b', 0);
    expect(takeAll(tickets).map(({ text }) => text)).toEqual(['b', 'a']);
  });

  test.each([
    ['long', 600, [8, 1, 4, 4]],
    ['short', 60, [8, 1, 8, 8]],
  ])(
    'for 3 s beside a caller with one text, another’s many go in smaller batches where requests are %s',
    (_, ms, wanted) => {
      const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
      onTestFinished(() => clock.mockRestore());
      const tickets = new OpenTickets();
      const add = (text: string, lane: string) =>
        tickets.queue(new Ticket({ hash: text, text, tokens: 1, lane }));
      for (let text = 0; text < 60; text++) add(`${text}`, 'many');
      tickets.requestMs = ms;
      const sizes = [takeAll(tickets).length];
      add('one', 'few');
      for (let batch = 0; batch < 3; batch++) sizes.push(takeAll(tickets).length);
      expect(sizes).toEqual(wanted);
      clock.mockReturnValue(3001);
      expect(takeAll(tickets)).toHaveLength(8);
    },
  );

  test('the last caller takes its text out of the queue, but not out of a request', () => {
    const tickets = new OpenTickets();
    const ticket = queued(tickets, 'a');
    tickets.join('a', 2);
    expect(tickets.leave(ticket)).toBe(false);
    expect(tickets.leave(ticket)).toBe(true);
    expect(tickets.waiting).toBe(0);
    expect(takeAll(tickets)).toEqual([]);
    const sent = queued(tickets, 'b');
    takeAll(tickets);
    expect(tickets.leave(sent)).toBe(false);
    expect(tickets.join('b', 2)).toBe(sent);
  });

  test('giving up the queue leaves what is in flight alone', () => {
    const tickets = new OpenTickets();
    const sent = queued(tickets, 'a');
    takeAll(tickets);
    const waiting = [queued(tickets, 'b'), queued(tickets, 'c')];
    expect(tickets.giveUpWaiting('down')).toBe(2);
    expect(waiting.map(({ error }) => error)).toEqual(['down', 'down']);
    expect(tickets.waiting).toBe(0);
    expect(sent.isSettled).toBe(false);
    expect(tickets.join('b', 2)).toBeUndefined();
  });

  test('giving up keeps what a ticket was settled with', () => {
    const tickets = new OpenTickets();
    const [answered, unanswered] = [queued(tickets, 'a'), queued(tickets, 'b')];
    const vector = new Float32Array([1]);
    answered.settle({ vector });
    tickets.giveUp([answered, unanswered], 'down');
    expect(answered).toMatchObject({ vector });
    expect(answered.error).toBeUndefined();
    expect(tickets.join('a', 2)).toBe(answered);
    expect(unanswered.error).toBe('down');
  });
});
