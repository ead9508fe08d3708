// Directives → pieces: boxes with their labels, code, tables, and descriptions of functions and options as sections.
import { htmlContent } from '../../../blocks/html.js';
import { termTitle } from '../../../blocks/titles.js';
import { changeOf, kindOf, labelOf, objectPrefix } from './directives.js';
import { type Line, written } from './lines.js';
import { type Directive, directiveAt } from './markup.js';
import { headed, type Piece, type Pieces } from './pieces.js';
import { csvTable, listRows, tablePieces } from './tables.js';

/** The reader of what is in a directive, and the section around this place. */
export interface Body {
  level: number;
  title: string;
  /** How many descriptions of objects are around this place. */
  objects: number;
  read(lines: readonly Line[]): Piece[];
  /** Words of one text as they are shown. */
  shown(text: string): string;
}

export class DirectiveReader {
  readonly #body: Body;

  constructor(body: Body) {
    this.#body = body;
  }

  /** @param lines the line of the directive, and those that are indented below it */
  read(lines: readonly Line[], pieces: Pieces): void {
    const directive = directiveAt(lines);
    const { name, line, isSubstitution } = directive;
    if (isSubstitution) return;
    const kind = kindOf(name, directive.argument, directive.content.length > 0);
    switch (kind) {
      case 'silent':
        break;
      case 'code':
        pieces.add({
          kind: 'code',
          text: written(directive.content),
          line: directive.content[0]?.number ?? line,
        });
        break;
      case 'box': {
        const content = this.#body.read(directive.argumentAndContent);
        const label = labelOf(name);
        pieces.addAll(label === '' ? content : headed(label, content, line));
        break;
      }
      case 'change': {
        const [version = '', ...rest] = directive.argument.split(/\s+/);
        const words = this.#body.shown(rest.join(' '));
        const head = `${changeOf(name, version)}${words === '' ? '' : `: ${words}`}`;
        const content = this.#body.read(directive.content);
        pieces.addAll(
          headed(
            words === '' && content.length > 0 ? `${head}:` : head,
            content,
            line,
            words === '' ? ' ' : '\n',
          ),
        );
        break;
      }
      case 'image': {
        const alt = this.#body.shown(directive.options.get('alt') ?? '');
        pieces.add({ kind: 'paragraph', text: alt, line });
        pieces.addAll(this.#body.read(directive.content));
        break;
      }
      case 'table':
        this.#titledTable(this.#body.read(directive.content), directive.argument, line, pieces);
        break;
      case 'list-table':
      case 'csv-table': {
        const headers = Number(directive.options.get('header-rows') ?? 0) || 0;
        const text = written(directive.content);
        const rows =
          kind === 'list-table'
            ? listRows(text.split('\n'), headers)
            : csvTable(directive.options.get('header') ?? '', text, headers);
        this.#titledTable(
          tablePieces(rows, line, (text) => this.#body.shown(text)),
          directive.argument,
          line,
          pieces,
        );
        break;
      }
      case 'raw':
        if (/\bhtml\b/i.test(directive.argument)) {
          const { text } = htmlContent(written(directive.content));
          pieces.add({ kind: 'paragraph', text, line: directive.content[0]?.number ?? line });
        }
        break;
      case 'look':
        pieces.addAll(this.#body.read(directive.content));
        break;
      case 'object':
        this.#object(directive, pieces);
        break;
      default: {
        pieces.add({ kind: 'paragraph', text: this.#body.shown(directive.argument), line });
        pieces.addAll(this.#body.read(directive.content));
      }
    }
  }

  /** A description of something with a name is a section, unless the heading over it says the same. */
  #object({ name, signatures, content, line }: Directive, pieces: Pieces): void {
    const prefix = objectPrefix(name);
    const text = signatures.map((signature) => prefix + this.#body.shown(signature)).join('\n');
    const title = termTitle(signatures[0] === undefined ? '' : this.#body.shown(signatures[0]));
    if (content.length === 0) {
      pieces.add({ kind: 'paragraph', text, line });
      return;
    }
    if (title === '') {
      pieces.addAll(this.#body.read(content));
      return;
    }
    if (title === this.#body.title.replace(/\(\)$/, '')) {
      pieces.addAll(headed(text, this.#body.read(content), line));
      return;
    }
    const outer = this.#body.title;
    const level = Math.max(this.#body.level, 1) + ++this.#body.objects;
    this.#body.title = title;
    pieces.add({ kind: 'heading', text, line, level, title });
    pieces.addAll(this.#body.read(content));
    pieces.end(level);
    this.#body.objects--;
    this.#body.title = outer;
  }

  /** A table under its title, in one block. */
  #titledTable(table: readonly Piece[], title: string, line: number, pieces: Pieces): void {
    const words = this.#body.shown(title);
    pieces.addAll(words === '' ? table : headed(words, table, line));
  }
}
