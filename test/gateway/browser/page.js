// A page that asks the gateway with the clients that pages have; runs in a browser. What came of it goes to the server that
// the page is from.
import { Ollama } from 'ollama/browser';
import OpenAI from 'openai';

const { gateway, token } = Object.fromEntries(new URLSearchParams(location.search));
const model = 'all-minilm';
const authorization = `Bearer ${token}`;
const headers = { authorization };

const tell = (path, value) => fetch(path, { method: 'POST', body: JSON.stringify(value) });

/** What a step gives, or the words of its error. */
async function outcome(step) {
  try {
    return await step();
  } catch (error) {
    return { error: String(error) };
  }
}

const ollama = new Ollama({ host: gateway, headers });
const openai = new OpenAI({
  baseURL: `${gateway}/v1`,
  apiKey: token,
  dangerouslyAllowBrowser: true,
  maxRetries: 0,
});

/** The parts of a streamed answer; its second one isn't sent before the page has seen the first. */
async function parts(stream, textOf) {
  const seen = [];
  for await (const part of await stream) {
    seen.push(textOf(part));
    if (seen.length === 1) await tell('/seen', {});
  }
  return seen;
}

const messages = [{ role: 'user', content: 'who?' }];
const steps = {
  embed: async () => (await ollama.embed({ model, input: ['naïve café', 'two'] })).embeddings,
  chat: () => parts(ollama.chat({ model, messages, stream: true }), ({ message }) => message.content),
  // It asks for base64, and decodes it.
  openai: async () => {
    const { data } = await openai.embeddings.create({ model, input: ['naïve café', 'two'] });
    return data.map(({ embedding }) => embedding);
  },
  completion: () =>
    parts(
      openai.chat.completions.create({ model, messages, stream: true }),
      ({ choices }) => choices[0].delta.content,
    ),
  missing: async () => await ollama.embed({ model: 'nope', input: 'x' }),
  wrongToken: async () => {
    const answer = await fetch(`${gateway}/api/tags`, { headers: { authorization: 'Bearer wrong' } });
    return { status: answer.status, id: answer.headers.get('x-request-id') };
  },
  priority: async () => {
    const body = JSON.stringify({ text: 'two' });
    const own = { ...headers, 'x-embed-priority': '0', 'x-embed-client': 'page', 'x-embed-cache': 'bypass' };
    return (await (await fetch(`${gateway}/embedding`, { method: 'POST', body, headers: own })).json())
      .embedding;
  },
};

const outcomes = {};
for (const [name, step] of Object.entries(steps)) outcomes[name] = await outcome(step);
await tell('/done', outcomes);
