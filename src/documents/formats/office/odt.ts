// ODT (Writer): the text with its lists, tables, formulas and text boxes. Headers and footers are there once, notes and
// comments at the end of their section.
import { TextBuilder } from '../../blocks/text-builder.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { OdfPackage } from './odf/odf-package.js';
import { OdfStory } from './odf/odf-story.js';
import { OdfStyles } from './odf/odf-styles.js';
import { TextSink } from './sink.js';
import { descendants, elements, find, type XmlElement } from './xml.js';

/** Bytes of XML. */
const maxUnpackedBytes = 64 * 1024 * 1024;

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const office = new OdfPackage(bytes, source, 'a text of the kind .odt', maxUnpackedBytes);
  const content = office.content();
  const named = office.styles();
  const styles = new OdfStyles(named, content);
  const builder = new TextBuilder();
  const running = (kind: string) => {
    for (const text of runningTexts(office, styles, named, kind)) builder.add('paragraph', text);
  };
  running('style:header');
  const text = find(content, 'office:body', 'office:text') ?? content;
  new OdfStory(office, styles, builder).read(text);
  running('style:footer');
  return one({ source, format: 'odt', ...builder.finish() });
}

/** Texts of the headers, or footers, of all kinds of pages, each once. */
function runningTexts(
  office: OdfPackage,
  styles: OdfStyles,
  named: XmlElement | undefined,
  kind: string,
): Set<string> {
  const sink = new TextSink();
  for (const page of named ? descendants(named, 'style:master-page') : []) {
    for (const element of elements(page)) {
      // Also those of left and first pages.
      if (element.name.startsWith(kind)) new OdfStory(office, styles, sink, 'running').read(element);
    }
  }
  return new Set(sink.texts);
}
