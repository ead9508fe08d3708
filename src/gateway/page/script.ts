// The search page's script. It has no library and loads nothing; words of documents and servers are set as text alone,
// so none can become a part of the page.

export const script = `
const byId = (id) => document.getElementById(id);
const [form, question, said, list, tokenForm] = ['form', 'question', 'said', 'results', 'token-form'].map(byId);
const tokenKey = 'embed-token';
let token = sessionStorage.getItem(tokenKey) ?? '';
let running;

const make = (name, className, text) => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
};

function say(text, failed = false) {
  said.textContent = text;
  said.className = failed ? 'failed' : '';
}

async function ask(method, body, signal) {
  const headers = { ...(token !== '' && { authorization: 'Bearer ' + token }), ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch('search', { method, headers, signal, cache: 'no-store', ...(body && { body: JSON.stringify(body) }) });
  const json = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw Object.assign(new Error('The token is needed, or is another one.'), { needsToken: true });
  if (!answer.ok) throw new Error(json.error ?? 'The server answered ' + answer.status + '.');
  return json;
}

function fail(error) {
  if (error.name === 'AbortError') return;
  tokenForm.hidden = !error.needsToken;
  if (error.needsToken) byId('token').focus();
  say(error.needsToken && token === '' ? 'This server asks for its token.' : error.message, true);
}

function render({ in: name, score, text, metadata, sources }) {
  const item = document.createElement('li');
  item.tabIndex = 0;
  item.setAttribute('aria-expanded', 'false');
  const place = metadata.page === undefined ? ':' + metadata.line : ', page ' + metadata.page;
  const where = byId('index').options.length > 2 ? name + ' · ' : '';
  item.append(make('span', 'score', score.toFixed(3)), make('div', 'place', where + metadata.source + place));
  if (metadata.heading.length > 0) item.append(make('div', 'heading', metadata.heading.join(' › ')));
  item.append(make('p', 'text', text));
  const others = sources.filter((one) => one !== metadata.source);
  if (others.length > 0) item.append(make('div', 'also', 'also in ' + others.slice(0, 5).join(', ') + (others.length > 5 ? ' and ' + (others.length - 5) + ' more' : '')));
  const toggle = () => item.setAttribute('aria-expanded', String(item.getAttribute('aria-expanded') !== 'true'));
  item.addEventListener('click', () => getSelection().isCollapsed && toggle());
  item.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    toggle();
  });
  return item;
}

function wanted() {
  const [index, source, count] = ['index', 'source', 'count'].map((id) => byId(id).value.trim());
  return {
    question: question.value.trim(),
    results: Math.min(50, Math.max(1, Number(count) || 10)),
    ...(index !== '' && { in: [index] }),
    ...(source !== '' && { source: [source] }),
  };
}

async function search() {
  const asked = wanted();
  if (asked.question === '') return;
  history.replaceState(null, '', '#' + new URLSearchParams({ q: asked.question, ...(asked.source && { source: asked.source[0] }), ...(asked.in && { in: asked.in[0] }) }));
  running?.abort();
  running = new AbortController();
  say('Searching …');
  try {
    const { results } = await ask('POST', asked, running.signal);
    list.replaceChildren(...results.map(render));
    say(results.length === 0 ? 'Nothing found.' : results.length === 1 ? '1 passage' : results.length + ' passages');
    tokenForm.hidden = true;
  } catch (error) {
    fail(error);
  }
}

async function start() {
  const given = new URLSearchParams(location.hash.slice(1));
  question.value ||= given.get('q') ?? '';
  byId('source').value ||= given.get('source') ?? '';
  const before = running;
  try {
    const { indexes } = await ask('GET');
    const select = byId('index');
    select.replaceChildren(new Option('all indexes', ''), ...indexes.map(({ name }) => new Option(name, name)));
    select.hidden = indexes.length < 2;
    select.value = indexes.some(({ name }) => name === given.get('in')) ? given.get('in') : '';
    tokenForm.hidden = true;
    const bad = indexes.filter(({ problem }) => problem !== undefined);
    // Who has asked meanwhile keeps the answer, and the place in it.
    if (running !== before) return;
    say(bad.map(({ name, problem }) => name + ': ' + problem).join(' '), bad.length > 0);
    if (given.has('q')) await search();
  } catch (error) {
    fail(error);
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  search();
});
tokenForm.addEventListener('submit', (event) => {
  event.preventDefault();
  token = byId('token').value;
  sessionStorage.setItem(tokenKey, token);
  byId('token').value = '';
  start().then(() => tokenForm.hidden && question.focus());
});
document.addEventListener('keydown', (event) => {
  const { activeElement: at } = document;
  const items = [...list.children];
  const place = items.indexOf(at);
  const isTyping = at instanceof HTMLInputElement || at instanceof HTMLSelectElement;
  if (event.key === '/' && !isTyping) question.select();
  else if (event.key === 'Escape') question.select();
  else if (event.key === 'ArrowDown' && (place >= 0 || at === question)) items[place + 1]?.focus();
  else if (event.key === 'ArrowUp' && place >= 0) (items[place - 1] ?? question).focus();
  else return;
  event.preventDefault();
});
start();
`;
