// The answers of two real servers of OpenAI's API, recorded: the truth that the scripted one is held to.
import { readFileSync } from 'node:fs';

export interface Exchange {
  id: string;
  request: { method: string; path: string; body: unknown };
  response: { status: number; content_type: string; transfer: string; body: unknown };
}

/** Which real server: llama.cpp's, or Ollama's `/v1`. */
export type Recorded = 'llama-server' | 'ollama';

export function exchangesOf(server: Recorded): Exchange[] {
  const file = new URL(`../../contract/openai-${server}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { exchanges: Exchange[] }).exchanges;
}

export function exchangeOf(server: Recorded, id: string): Exchange {
  const found = exchangesOf(server).find((one) => one.id === id);
  if (found === undefined) throw new Error(`no recorded exchange is called ${id}`);
  return found;
}
