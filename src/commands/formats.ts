// `embed formats`: what can be read, and what is kept of it.
import { FORMATS } from '../documents/extract.js';
import type { Format } from '../documents/formats/format.js';

/** A format as it is told. */
export interface FormatInfo {
  /** As `format` in the output's rows. */
  name: string;
  title: string;
  /** Endings of file names, in lower case. */
  extensions: readonly string[];
  /** Whole file names, in lower case. */
  names: readonly string[];
  keeps: string;
}

/** All formats, in the order in which they are declared. */
export function listFormats(): FormatInfo[] {
  return (FORMATS as readonly Format[]).map(({ name, title, extensions, names = [], keeps }) => {
    return { name, title, extensions, names, keeps };
  });
}
