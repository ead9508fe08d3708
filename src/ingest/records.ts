// Which documents of an output are records, and of which file: the one place that reads `file#id`.
import type { Output } from '../output/output.js';

/** The file whose record a source is. Folders and files may have a # in their names, too. */
export function recordFileOf(source: string, output: Output): string | undefined {
  for (let at = source.indexOf('#'); at >= 0; at = source.indexOf('#', at + 1)) {
    const file = source.slice(0, at);
    if (output.recordFile(file)) return file;
  }
  return undefined;
}
