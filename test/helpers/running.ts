// What a test starts and does not stop itself: ended after the test, the last one first.
import { afterEach } from 'vitest';
import { type OllamaOptions, startOllama, type TestOllama } from './ollama.js';

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

export function stopAfterTest(one: { stop(): Promise<void> }): void {
  running.push(one);
}

/** A scripted Ollama for one test. */
export async function ollama(options: OllamaOptions = {}): Promise<TestOllama> {
  const server = await startOllama(options);
  stopAfterTest(server);
  return server;
}
