// Lists of checksums, as `sha256sum` and its siblings write them.

/** `HASH  name`, the hash alone, or `SHA256 (name) = HASH`. */
const line =
  /^\\?[\da-f]{32,128}(?:[ \t]+\*?\S.{0,1000})?$|^(?:SHA|MD|BLAKE)\w{1,12} \(.{1,1000}\) = [\da-f]{32,128}$/i;
/** The least share of lines that are sums; a comment may stand above them. */
const minShare = 0.9;

/** @param start of the file, which tells most files apart */
export function isHashList(start: string, bytes: Buffer): boolean {
  const first = /^(?:#.*\n)*(.*)/.exec(start)?.[1] ?? '';
  if (!line.test(first.trimEnd())) return false;
  let sums = 0;
  let lines = 0;
  for (const one of bytes.toString('latin1').split('\n')) {
    if (one.trim() === '') continue;
    lines++;
    if (line.test(one.trimEnd())) sums++;
  }
  return sums >= lines * minShare;
}
