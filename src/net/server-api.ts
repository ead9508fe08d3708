// Tells by which API a server of a pool is asked: `openai+http://…` in a list of Ollama servers means OpenAI's.

const openAiMark = /^\s*["']?\s*openai\+/i;

/** Whether an address in a list of Ollama servers is one of OpenAI's API. */
export function isOfOpenAi(address: string): boolean {
  return openAiMark.test(address);
}

/** The address itself, without the name of the API before it. */
export function withoutApi(address: string): string {
  return address.replace(openAiMark, '');
}
