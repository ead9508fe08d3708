// A block of Markdown while its lines are read.
import type { ItemPart } from '../items.js';
import type { Fence } from './lines.js';

/** A block that may still grow. */
export interface OpenBlock {
  kind: 'paragraph' | 'quote' | 'table' | 'indented' | 'fence' | 'html' | 'item';
  start: number;
  line: number;
  /** Index after its last line that isn't blank. */
  end: number;
  /** True when a blank line has come since. */
  blank: boolean;
  /** Its last line: it becomes a table's header when the line below is a table's delimiter. */
  lastStart: number;
  lastLine: number;
  /** The fence of this code block, or one that is open inside an item. */
  fence: Fence | undefined;
  /** What ends a block of HTML. */
  until: string;
  /** Column of an item's content, and where its parts start, the item itself first. */
  column: number;
  parts: ItemPart[];
  /** The item is a term with its definitions. */
  isDefinition: boolean;
}

/** The parts of blocks that aren't items; never written to. */
const noParts: ItemPart[] = [];

/** A block of one line so far. */
export function openBlock(kind: OpenBlock['kind'], start: number, end: number, line: number): OpenBlock {
  return {
    kind,
    start,
    line,
    end,
    blank: false,
    lastStart: start,
    lastLine: line,
    fence: undefined,
    until: '',
    column: 0,
    parts: noParts,
    isDefinition: false,
  };
}
