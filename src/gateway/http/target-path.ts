// Decides which paths are passed through. A path is appended to the address of the configured server. A proxy there
// might resolve `..`, or read `//host` as a host.

/** True for a request target that every server reads as the same path. */
export function isPlainTarget(target: string): boolean {
  if (!target.startsWith('/') || target.startsWith('//') || /[\\\s#]/.test(target)) return false;
  const path = target.split('?', 1)[0]!;
  return path.split('/').every(isPlainSegment);
}

function isPlainSegment(segment: string): boolean {
  if (!segment.includes('%') && !segment.includes('.')) return true;
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    return false; // Not UTF-8: Ollama has no such paths.
  }
  if (/[\\\p{Cc}]/u.test(decoded)) return false;
  // Some servers read an encoded slash as a slash.
  return decoded.split('/').every((part) => part !== '.' && part !== '..');
}
