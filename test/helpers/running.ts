// What a test starts and does not stop itself: ended when the test is over, the last one first.
import { onTestFinished } from 'vitest';
import { type OllamaOptions, startOllama, type TestOllama } from './ollama.js';

export function stopAfterTest(one: { stop(): Promise<void> }): void {
  onTestFinished(() => one.stop());
}

/** A scripted Ollama for one test. */
export async function ollama(options: OllamaOptions = {}): Promise<TestOllama> {
  const server = await startOllama(options);
  stopAfterTest(server);
  return server;
}
