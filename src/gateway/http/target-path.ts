// Which paths are passed through. A path is appended to the configured server's address and goes nowhere else,
// but what stands there may be a proxy that resolves `..`, or takes `//host` for a host.

/** Whether a request target is a path that every server reads alike. */
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
    return false; // Not UTF-8: no server of this kind has such paths.
  }
  if (/[\\\p{Cc}]/u.test(decoded)) return false;
  // An encoded slash is none to most servers, and one to some.
  return decoded.split('/').every((part) => part !== '.' && part !== '..');
}
