// A request that is under way for as long as a test wants.
import type { Fault, TestOllama } from './ollama.js';

/** Holds the next request that fits. @returns what lets it be answered */
export function hold(server: TestOllama, which: Pick<Fault, 'path' | 'when' | 'after'> = {}): () => void {
  let answer = () => {};
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  server.script({ kind: 'hold', until, ...which });
  return answer;
}
