// PPTX (PowerPoint): the slides in the order in which they are shown, each a section under its title, with its notes and
// comments. Pages are numbers of slides.
import { DocumentError } from '../../../errors.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { OfficePackage } from './package.js';
import { SlideReader } from './slides/slide.js';
import { attribute, elements, find } from './xml.js';

/** Bytes of XML; pictures are never unpacked. */
const maxUnpackedBytes = 64 * 1024 * 1024;
const slideName = /^ppt\/slides\/slide(\d+)\.xml$/;

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const office = new OfficePackage(bytes, source, 'a presentation of the kind .pptx', maxUnpackedBytes);
  const slides = slideParts(office, source);
  const builder = new TextBuilder();
  const reader = new SlideReader(office, builder);
  for (const [i, part] of slides.entries()) reader.read(part, i + 1);
  return one({ source, format: 'pptx', ...builder.finish() });
}

/** Names of the slides, in order. */
function slideParts(office: OfficePackage, source: string): string[] {
  const main = office.main('ppt/presentation.xml');
  const presentation = office.xml(main);
  if (presentation !== undefined) {
    return elements(find(presentation, 'p:sldIdLst'), 'p:sldId').flatMap(
      (slide) => office.target(main, attribute(slide, 'r:id')) ?? [],
    );
  }
  // Without the list of slides, their numbers are the best guess.
  const number = (name: string) => Number(slideName.exec(name)?.[1]);
  const found = office.names().filter((name) => slideName.test(name));
  if (found.length > 0) return found.sort((a, b) => number(a) - number(b));
  throw new DocumentError('malformed', `${source} is not a presentation of the kind .pptx.`);
}
