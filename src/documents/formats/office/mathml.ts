// Formulas in MathML → one line of text, like those of Word.
import { grouped, raised, rooted } from './formula-text.js';
import { elements, textOf, type XmlElement } from './xml.js';

const bigOperator = /^[∏-∑∫-∳⋀-⋃⨀-⨜]$/;

export function mathMlText(formula: XmlElement): string {
  return inner(formula).replace(/\s+/g, ' ').trim();
}

function inner(element: XmlElement): string {
  return elements(element).map(one).join('');
}

function one(element: XmlElement): string {
  const parts = () => elements(element).map(one);
  switch (element.name.replace(/^.*:/, '')) {
    case 'mi':
    case 'mn':
    case 'mtext':
    case 'ms':
    case 'mo':
      return textOf(element).trim();
    case 'mspace':
      return ' ';
    case 'mfrac': {
      const [above = '', below = ''] = parts();
      return `${grouped(above)}/${grouped(below)}`;
    }
    case 'msup':
    case 'mover': {
      const [base = '', above = ''] = parts();
      return raised(base, '^', above);
    }
    case 'msub':
    case 'munder': {
      const [base = '', below = ''] = parts();
      return raised(base, '_', below);
    }
    case 'msubsup':
    case 'munderover': {
      const [base = '', below = '', above = ''] = parts();
      // What is summed up stands apart.
      const space = bigOperator.test(base) ? ' ' : '';
      return `${grouped(base)}${raised('', '_', below)}${raised('', '^', above)}${space}`;
    }
    case 'msqrt':
      return rooted('', inner(element));
    case 'mroot': {
      const [base = '', degree = ''] = parts();
      return rooted(degree, base);
    }
    case 'mfenced':
      return `(${parts().join(', ')})`;
    case 'mtable':
      return parts().join('; ');
    case 'mtr':
      return parts().join(', ');
    case 'annotation':
    case 'annotation-xml':
      return '';
    default:
      return inner(element);
  }
}
