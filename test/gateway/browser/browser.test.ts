// Pages in a real browser: those that are let in have all that the clients for pages need, and others can't make the
// gateway do anything.
import { expect, test } from 'vitest';
import { browserAvailable, openInBrowser } from '../../helpers/browser.js';
import { stopAfterTest } from '../../helpers/running.js';
import { gateway, ollama } from '../gateways.js';
import { startChatting, startPages } from './pages.js';

const inBrowser = test.runIf(browserAvailable);
const texts = ['naïve café', 'two'];

/** Opens the pages `NAME.js` at their hosts, and gives what each has told. */
async function open(
  pages: { port: number; done(host: string): Promise<Record<string, unknown>> },
  tabs: Record<string, string>,
) {
  const hosts = Object.keys(tabs);
  for (const [host, page] of Object.entries(tabs)) {
    stopAfterTest(openInBrowser(`http://${host}:${pages.port}/${page}`, hosts));
  }
  return await Promise.all(hosts.map((host) => pages.done(host)));
}

inBrowser.each(['localhost', 'app.example'])('the clients for pages, in a page at %s', async (host) => {
  const pages = await startPages();
  const server = await ollama();
  const chatting = await startChatting(server.url, pages.seen);
  const { url } = await gateway(
    { ollamaUrl: [chatting] },
    { token: 'sesame', origins: [`http://app.example:${pages.port}`] },
  );
  const [told] = await open(pages, { [host]: `page.js?gateway=${url}&token=sesame` });
  const right = texts.map((text) => [...server.vectorOf(text)]);
  const asFloats = (rows: unknown) => (rows as number[][]).map((row) => [...Float32Array.from(row)]);
  expect(asFloats(told!.embed)).toEqual(right);
  expect(asFloats(told!.openai)).toEqual(right);
  expect(asFloats([told!.priority])).toEqual([right[1]]);
  expect([told!.chat, told!.completion]).toEqual([
    ['first', 'second'],
    ['first', 'second'],
  ]);
  expect(told!.missing).toEqual({
    error: expect.stringContaining('model "nope" not found, try pulling it first'),
  });
  expect(told!.wrongToken).toEqual({ status: 401, id: expect.stringMatching(/./) });
});

inBrowser('a page of another site makes the gateway do nothing, whatever it tries', async () => {
  const pages = await startPages();
  const server = await ollama();
  const refused: number[] = [];
  const events = { answered: ({ status }: { status: number }) => refused.push(status) };
  const { url } = await gateway({ ollamaUrl: [server.url] }, { events });
  const { port } = new URL(url);
  const asked = server.requests.length;
  // The second page is at a name that leads to this machine: for its browser, the gateway is on the same site.
  const [told, rebound] = await open(pages, {
    'evil.example': `stranger.js?gateway=${url}`,
    'rebound.example': `stranger.js?gateway=http://rebound.example:${port}`,
  });
  const all = ['/api/embed', 'cors', 'beacon', 'img', 'script', 'frame', 'sandbox', 'form'];
  for (const tried of [told, rebound]) expect(Object.keys(tried!)).toEqual(expect.arrayContaining(all));
  // All of it came to the gateway, and some of it was asked for first.
  expect(refused.length).toBeGreaterThanOrEqual(2 * all.length);
  expect(new Set(refused)).toEqual(new Set([403]));
  expect([told!.cors, told!.get]).toEqual(['TypeError: Failed to fetch', 'TypeError: Failed to fetch']);
  expect(
    server
      .batches()
      .flat()
      .filter((text) => text.includes('stranger')),
  ).toEqual([]);
  expect(server.requests).toHaveLength(asked);
});
