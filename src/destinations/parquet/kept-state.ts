// What a file keeps of its index beside the rows.
import { isObject } from '../../text/plain-json.js';

export function stateOf(
  text: string | undefined,
): { index: string; token: string; space: unknown } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (!isObject(json)) return undefined;
  const { index, token, space } = json as Record<string, unknown>;
  return typeof index === 'string' && typeof token === 'string' ? { index, token, space } : undefined;
}
