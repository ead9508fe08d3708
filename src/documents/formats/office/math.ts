// Formulas of Word and PowerPoint (OMML) → one line of text, as one would type it: `x = (a+b)/(2c)`, `∑_(i=1)^n i`.
import { oneLine } from '../../../text/one-line.js';
import { grouped, raised, rooted } from '../../blocks/formula-text.js';
import { attribute, elements, find, textOf, type XmlElement } from './xml.js';

export function mathText(formula: XmlElement): string {
  return oneLine(inner(formula));
}

function inner(element: XmlElement | undefined): string {
  let text = '';
  for (const child of elements(element)) text += one(child);
  return text;
}

function one(element: XmlElement): string {
  const part = (name: string) => inner(find(element, `m:${name}`));
  const property = (name: string) => attribute(find(element, `${element.name}Pr`, `m:${name}`), 'm:val');
  switch (element.name) {
    case 'm:r':
      return elements(element)
        .filter(({ name }) => name.endsWith(':t'))
        .map((t) => textOf(t).replaceAll('&', ''))
        .join('');
    case 'm:f':
      return `${grouped(part('num'))}/${grouped(part('den'))}`;
    case 'm:sSup':
      return raised(part('e'), '^', part('sup'));
    case 'm:sSub':
      return raised(part('e'), '_', part('sub'));
    case 'm:sSubSup':
      return raised(raised(part('e'), '_', part('sub')), '^', part('sup'));
    case 'm:sPre':
      return `${raised('', '_', part('sub'))}${raised('', '^', part('sup'))}${part('e')}`;
    case 'm:limLow':
      return raised(part('e'), '_', part('lim'));
    case 'm:limUpp':
      return raised(part('e'), '^', part('lim'));
    case 'm:nary':
      return `${property('chr') ?? '∫'}${raised('', '_', part('sub'))}${raised('', '^', part('sup'))} ${part('e')}`;
    case 'm:rad':
      return rooted(part('deg'), part('e'));
    case 'm:func':
      return `${part('fName')} ${part('e')}`;
    case 'm:acc':
      return `${part('e')}${property('chr') ?? '\u0302'}`;
    case 'm:d':
      return delimited(element, property);
    case 'm:m':
      return elements(element, 'm:mr').map(cells).join('; ');
    case 'm:eqArr':
      return elements(element, 'm:e').map(inner).join('; ');
    case 'm:phant':
      return property('show') === '0' ? '' : part('e');
    default:
      return element.name.endsWith('Pr') ? '' : inner(element);
  }
}

function delimited(element: XmlElement, property: (name: string) => string | undefined): string {
  const start = property('begChr') ?? '(';
  const end = property('endChr') ?? ')';
  return `${start}${elements(element, 'm:e')
    .map(inner)
    .join(property('sepChr') ?? '|')}${end}`;
}

function cells(row: XmlElement): string {
  return elements(row, 'm:e').map(inner).join(', ');
}
