// Why something is left out, in words.
import { relative } from 'node:path';
import { type Printable, printable, say } from '../../text/printable.js';
import type { SkipRule } from '../../types/skip-rule.js';

const words: Record<string, Printable> = {
  hidden: say`hidden: its name begins with a dot`,
  node_modules: say`packages of Node`,
  binary: say`its ending is one of files without text`,
  'no-reader': say`no format reads it, and it isn't text`,
  'too-large': say`larger than --max-file-size`,
  output: say`the output folder itself`,
  index: say`it holds another index`,
  generated: say`a program made it from others; --generated takes it`,
  vendored: say`a folder of copies; --generated takes it`,
  duplicate: say`the same file is taken under another name`,
  link: say`a link that leads out of its folder, or to something that is left out; --follow takes it`,
  'broken-link': say`a link that leads nowhere`,
  special: say`no file and no folder, but a pipe, a socket or a device`,
  unreadable: say`it can't be read: check its permissions`,
};

/** The line of an ignore file or the flag where there is one, such as `.gitignore:3 drafts/`; else the reason. */
export function skipInWords(reason: string, rule: SkipRule | undefined): Printable {
  if (rule !== undefined) return ruleInWords(rule);
  return words[reason] ?? printable(reason);
}

export function ruleInWords({ file, line, pattern }: SkipRule): Printable {
  if (file === undefined) return printable(pattern);
  const near = relative(process.cwd(), file);
  const shown = near.startsWith('../../') ? file : near;
  return say`${printable(shown)}${line ? say`:${line}` : say``} ${printable(pattern)}`;
}
