// The page with the search box, in a real browser: by keys alone, with a token, and with documents of a stranger.
import { expect, test } from 'vitest';
import { browserAvailable } from '../../helpers/browser.js';
import { drive } from '../../helpers/driven-browser.js';
import { indexed } from './indexed.js';

const inBrowser = test.runIf(browserAvailable);
const said = `document.getElementById('said').textContent`;
const places = `[...document.querySelectorAll('.place')].map((one) => one.textContent)`;

inBrowser('a question is asked, and its results are read, by keys alone', async () => {
  const { url } = await indexed({
    'mill.md': '# Mill\n\nThe mill is behind the harbour.\n',
    'evil.md': '<img src=x onerror="document.title=1"><script>document.title=2</script>\n',
  });
  const page = await drive(`${url}/ui`);
  await page.becomes(`document.activeElement.id`, 'question');
  await page.type('The mill is behind the harbour.');
  await page.press('Enter');
  await page.becomes(said, '2 passages');
  expect(await page.value(places)).toEqual(['docs/mill.md:1', 'docs/evil.md:1']);
  await page.press('ArrowDown');
  await page.press('Enter');
  await page.becomes(`document.activeElement.getAttribute('aria-expanded')`, 'true');
  expect(await page.value(`document.activeElement.querySelector('.heading').textContent`)).toBe('Mill');
  await page.press('/');
  expect(await page.value(`document.activeElement.id`)).toBe('question');
  // Words of documents are words.
  expect(await page.value(`document.querySelectorAll('li img, li script').length + document.title`)).toBe(
    '0Search',
  );
  // The address leads to the same question again.
  expect(await page.value(`decodeURIComponent(location.hash)`)).toContain('The+mill');
  expect(await page.value(`matchMedia('(prefers-color-scheme: dark)').matches`)).toBe(false);
});

inBrowser('who asks before the page knows its indexes keeps the place in the results', async () => {
  const { url } = await indexed({ 'mill.md': 'The mill is behind the harbour.\n' });
  const page = await drive(`${url}/ui#q=harbour`);
  await page.becomes(places, ['docs/mill.md:1']);
  // The page starts again, and its list of indexes is held back until its results are read.
  await page.value(`void (() => {
    const direct = fetch;
    const held = new Promise((resolve) => (window.release = resolve));
    window.fetch = async (path, options) => (options.method === 'GET' && (await held), direct(path, options));
    window.started = start();
  })()`);
  await page.value(`void (question.value = 'mill', form.requestSubmit())`);
  await page.becomes(`location.hash + said.textContent`, '#q=mill1 passage');
  await page.value(`question.focus()`);
  await page.press('ArrowDown');
  await page.becomes(`document.activeElement.className + document.activeElement.tagName`, 'LI');
  await page.value(`release(), started`);
  expect(await page.value(`document.activeElement.tagName`)).toBe('LI');
  expect(await page.value(said)).toBe('1 passage');
});

inBrowser('it asks for the token, keeps it for the tab, and shows nothing without it', async () => {
  const { url } = await indexed({ 'mill.md': 'The mill is behind the harbour.\n' }, { token: 'sesame' });
  const page = await drive(`${url}/ui#q=mill`, ['--blink-settings=preferredColorScheme=0']);
  await page.becomes(said, 'This server asks for its token.');
  expect(await page.value(places)).toEqual([]);
  await page.becomes(`document.activeElement.id`, 'token');
  await page.type('wrong');
  await page.press('Enter');
  await page.becomes(said, 'The token is needed, or is another one.');
  await page.type('sesame');
  await page.press('Enter');
  await page.becomes(places, ['docs/mill.md:1']);
  expect(await page.value(`document.getElementById('token-form').hidden`)).toBe(true);
  // The page before is there for a while.
  await page.value(`window.isBefore = true, location.reload()`);
  await page.becomes(`window.isBefore === undefined && document.readyState === 'complete'`, true);
  await page.becomes(places, ['docs/mill.md:1']);
  const background = `getComputedStyle(document.body).backgroundColor`;
  expect(await page.value(background)).toBe('rgb(20, 21, 24)');
});
