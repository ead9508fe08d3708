// The answers of two real Ollama servers, recorded: the truth that the test server is held to.
import { readFileSync } from 'node:fs';

export type OllamaVersion = '0.24.0' | '0.32.15';
export const ollamaVersions: readonly OllamaVersion[] = ['0.24.0', '0.32.15'];

export interface RecordedCase {
  name: string;
  request: { method: string; path: string; body: unknown };
  response: { status: number; contentType: string; body: unknown };
}

export interface RecordedPull {
  success: object[];
  unknown_model: object[];
  no_network: object[];
}

const files = new Map<string, unknown>();

/** Read once: the server asks for its recordings with every request. */
function read(file: string): unknown {
  const url = new URL(`../../contract/${file}`, import.meta.url);
  const content = files.get(file) ?? (JSON.parse(readFileSync(url, 'utf8')) as unknown);
  files.set(file, content);
  return content;
}

export function recordedCases(version: OllamaVersion): RecordedCase[] {
  return (read(`ollama-${version}.json`) as { cases: RecordedCase[] }).cases;
}

export function recordedCase(version: OllamaVersion, name: string): RecordedCase {
  const found = recordedCases(version).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no recorded case is called ${name}`);
  return found;
}

export function recordedPull(): RecordedPull {
  return read('pull-0.32.15.json') as RecordedPull;
}

let vocabulary: string[] | undefined;

/** The tokens of all-minilm by id, as `/api/show` gives them. */
export function recordedVocabulary(): string[] {
  const file = new URL('../../../fixtures/tokens/all-minilm.txt', import.meta.url);
  vocabulary ??= readFileSync(file, 'utf8').trimEnd().split('\n');
  return vocabulary;
}
