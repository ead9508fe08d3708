// A page that may not use the gateway, and tries all that pages can do without being asked first; runs in a browser.
const { gateway } = Object.fromEntries(new URLSearchParams(location.search));
const body = JSON.stringify({
  model: 'all-minilm',
  input: 'a stranger',
  prompt: 'a stranger',
  text: 'a stranger',
});
const get = `${gateway}/embedding?text=a%20stranger`;

/** Resolves when the browser has done with it, whatever came of it. */
function load(name, more) {
  return new Promise((resolve) => {
    const element = document.createElement(name);
    element.onload = element.onerror = () => resolve(name);
    Object.assign(element, more);
    document.body.append(element);
  });
}

async function submit() {
  const frame = document.createElement('iframe');
  frame.name = 'target';
  document.body.append(frame);
  const form = document.createElement('form');
  Object.assign(form, {
    action: `${gateway}/embedding`,
    method: 'post',
    enctype: 'text/plain',
    target: 'target',
  });
  // As plain text, the name and the value of a field can make up JSON.
  const field = document.createElement('input');
  Object.assign(field, { name: '{"text":"a stranger","model":"all-minilm","x":"', value: '"}' });
  form.append(field);
  document.body.append(form);
  const loaded = new Promise((resolve) => {
    frame.onload = () => resolve();
  });
  form.submit();
  await loaded;
  return 'form';
}

const tries = {
  ...Object.fromEntries(
    ['/api/embed', '/v1/embeddings', '/api/embeddings', '/embedding', '/api/chat'].map((path) => [
      path,
      () => fetch(gateway + path, { method: 'POST', body, mode: 'no-cors' }).then(({ type }) => type),
    ]),
  ),
  cors: () => fetch(`${gateway}/api/embed`, { method: 'POST', body }).then(({ status }) => status),
  get: () => fetch(get).then(({ status }) => status),
  opaque: () => fetch(get, { mode: 'no-cors' }).then(({ type }) => type),
  beacon: async () => navigator.sendBeacon(`${gateway}/api/embed`, body),
  img: () => load('img', { src: get }),
  script: () => load('script', { src: get }),
  frame: () => load('iframe', { src: get }),
  // A frame that may do nothing has no origin at all.
  sandbox: () => load('iframe', { sandbox: 'allow-scripts', srcdoc: `<script>fetch('${get}')</script>` }),
  form: submit,
};

const outcomes = {};
for (const [name, attempt] of Object.entries(tries)) {
  outcomes[name] = await attempt().catch((error) => String(error));
}
await fetch('/done', { method: 'POST', body: JSON.stringify(outcomes) });
