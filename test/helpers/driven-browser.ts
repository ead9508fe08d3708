// A real Chromium that does what a test says: keys, and questions to its page, over the pipe of its developer tools.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { expect, onTestFinished } from 'vitest';
import { browserFlags, findBrowser, kill } from './browser.js';

export interface DrivenPage {
  /** The value of an expression in the page, as JSON. */
  value<T>(expression: string): Promise<T>;
  /** Waits until the expression has this value. */
  becomes(expression: string, value: unknown): Promise<void>;
  /** Types a text into what has the focus. */
  type(text: string): Promise<void>;
  /** Presses a key by its name: `Enter`, `ArrowDown`, `Escape`, `/`. */
  press(key: string): Promise<void>;
}

/** Opens a page, until the test has ended. */
export async function drive(url: string, flags: readonly string[] = []): Promise<DrivenPage> {
  const profile = mkdtempSync(join(tmpdir(), 'embed-browser-'));
  const browser = spawn(
    findBrowser()!,
    [...browserFlags(profile), '--remote-debugging-pipe', ...flags, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  const ended = new Promise<void>((resolve) => {
    browser.once('error', () => resolve()).once('close', () => resolve());
  });
  const orphaned = () => kill(browser);
  process.once('exit', orphaned);
  onTestFinished(async () => {
    process.off('exit', orphaned);
    kill(browser);
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const [, , , out, into] = browser.stdio as [unknown, unknown, unknown, Writable, Readable];
  const call = callsOver(out, into);
  const { targetInfos } = await call('Target.getTargets', {});
  const { targetId } = targetInfos.find(({ type }: { type: string }) => type === 'page');
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  const ask = (method: string, params: object) => call(method, params, sessionId);
  await ask('Page.navigate', { url });
  const value = async <T>(expression: string): Promise<T> => {
    const { result } = await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    return result.value as T;
  };
  return {
    value,
    async becomes(expression, wanted) {
      await expect.poll(() => value(expression), { timeout: 20_000, interval: 20 }).toEqual(wanted);
    },
    type: async (text) => void (await ask('Input.insertText', { text })),
    async press(key) {
      const code = { Enter: 13, Escape: 27, ArrowUp: 38, ArrowDown: 40 }[key];
      const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
      const one = { key, ...(code && { windowsVirtualKeyCode: code }), ...(text && { text }) };
      await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...one });
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...one });
    },
  };
}

/** Calls of the protocol: messages in both directions end with a NUL. */
function callsOver(out: Writable, into: Readable) {
  // biome-ignore lint/suspicious/noExplicitAny: the protocol has many answers.
  const waiting = new Map<number, (result: any) => void>();
  let rest = '';
  let last = 0;
  out.on('error', () => undefined);
  into.setEncoding('utf8').on('data', (part: string) => {
    const messages = (rest + part).split('\0');
    rest = messages.pop()!;
    for (const message of messages) {
      const { id, result = {} } = JSON.parse(message);
      waiting.get(id)?.(result);
      waiting.delete(id);
    }
  });
  // biome-ignore lint/suspicious/noExplicitAny: the protocol has many answers.
  return (method: string, params: object, sessionId?: string): Promise<any> =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      out.write(`${JSON.stringify({ id: last, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
}
