// Headers and footers: what a Word document repeats on its pages, once.
import { TextSink } from '../sink.js';
import { attribute, descendants, find, type XmlElement } from '../xml.js';
import { Story } from './story.js';
import { isOn } from './styles.js';
import type { WordDocument } from './word-document.js';

/** Texts of the headers, or footers, that are shown, each once. */
export function runningTexts(word: WordDocument, body: XmlElement, kind: 'header' | 'footer'): string[] {
  const settings = word.part('settings');
  const hasEven = isSet(settings, 'w:evenAndOddHeaders');
  const parts = new Set<string>();
  for (const section of descendants(body, 'w:sectPr')) {
    const hasFirst = isSet(section, 'w:titlePg');
    for (const reference of descendants(section, `w:${kind}Reference`)) {
      const type = attribute(reference, 'w:type');
      if ((type === 'first' && !hasFirst) || (type === 'even' && !hasEven)) continue;
      const part = word.office.target(word.main, attribute(reference, 'r:id'));
      if (part !== undefined) parts.add(part);
    }
  }
  const sink = new TextSink();
  for (const part of parts) new Story(word, part, sink, 'running').read(word.office.xml(part));
  return [...new Set(sink.texts)];
}

function isSet(element: XmlElement | undefined, name: string): boolean {
  const found = find(element, name);
  return found !== undefined && isOn(attribute(found, 'w:val'));
}
