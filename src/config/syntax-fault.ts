// What is wrong with the syntax of a configuration file, without a piece of it: it may hold a password.
import { printable } from '../text/printable.js';

/** Max characters of a parser's words. */
const maxReasonLength = 100;

/**
 * Where js-yaml's words begin to quote the file: `unidentified alias "…"`, `unknown tag !<…>`, `tag name is malformed: …`.
 */
const quoted = / ["!]|: /;

/** @param cause what the parser of the file threw */
export async function syntaxFault(cause: unknown, text: string, kind: 'json' | 'yaml'): Promise<string> {
  if (kind === 'yaml') return yamlFault(cause);
  const { placeOfJsonFault } = await import('../text/json-fault.js');
  const place = await placeOfJsonFault(text, 'json');
  return place === undefined ? 'it is not JSON' : `it is not JSON: look at ${place}`;
}

function yamlFault(cause: unknown): string {
  // A YAMLException; anything else is the parser's own failure.
  const { reason, mark } = cause as { reason?: unknown; mark?: { line?: unknown; column?: unknown } };
  if (typeof reason !== 'string') return 'it is not YAML';
  const words = printable(reason.split(quoted, 1)[0]!, maxReasonLength);
  const { line, column } = mark ?? {};
  if (typeof line !== 'number' || typeof column !== 'number') return words;
  return `${words}: look at line ${line + 1}, column ${column + 1}`;
}
