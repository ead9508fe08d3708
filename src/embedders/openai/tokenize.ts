// Has a server of TEI count the tokens of a text, special tokens included, as its model sees them.
import { EmbedderFault } from '../../errors.js';
import { parseForeign } from '../../text/foreign-json.js';
import type { OpenAiClient } from './client.js';

const timeoutMs = 30_000;

/** @throws {EmbedderFault} when it doesn't answer with a count */
export async function countTokens(
  client: OpenAiClient,
  text: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const body = { inputs: text, add_special_tokens: true };
  const bytes = await client.bytes('/tokenize', body, { timeoutMs, signal });
  const wrong = (cause?: unknown) =>
    new EmbedderFault(
      'bad-answer',
      `${client.where}/tokenize gave no list of tokens: ${client.faults.doubt}`,
      { cause },
    );
  let answer: unknown;
  try {
    answer = parseForeign(bytes);
  } catch (cause) {
    throw wrong(cause);
  }
  const [tokens] = Array.isArray(answer) ? answer : [];
  if (!Array.isArray(tokens)) throw wrong();
  return tokens.length;
}
