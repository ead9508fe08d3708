// The pieces of text that a PDF page draws → cells: pieces that touch each other on a line, with their places.
import { oneLine } from '../../../../text/one-line.js';
import { plainLetters } from './letters.js';

/** A piece as pdf.js describes it. `transform` is a matrix whose last two numbers are x and y, y growing upwards. */
export interface PdfItem {
  str: string;
  width: number;
  height: number;
  transform: number[];
  fontName: string;
  hasEOL: boolean;
}

export interface PdfContent {
  items: readonly PdfItem[];
  /** By the name of the font; in vertical ones, letters stand below each other. */
  styles: { readonly [font: string]: { vertical?: boolean; fontFamily?: string } };
}

/** Places are in points, in the page as most of its text is read; y is the base line, growing upwards. */
export interface Cell {
  text: string;
  x: number;
  right: number;
  y: number;
  /** Height of most of its letters in points, to half a point. */
  size: number;
  font: string;
  /** All letters of its font are equally wide. */
  isFixedWidth: boolean;
  /** When it is drawn: 0 is the first of its page. */
  order: number;
  isRightToLeft: boolean;
}

export interface CellPage {
  /** 1-based. */
  number: number;
  /** In degrees: the page is turned back by so much, so that most of its text is upright. */
  angle: number;
  top: number;
  bottom: number;
  cells: Cell[];
  /** Text that is turned against the rest of its page, such as stamps in a margin; a cell for each of its lines. */
  turned: Cell[];
}

/** A gap of so many letter heights ends a cell. */
const cellGap = 0.7;
/** A gap of so many letter heights is a space. */
export const spaceGap = 0.15;
/** A page with this share of upright letters is read upright. */
const uprightShare = 0.3;
/** Scans stand askew by so many degrees. */
const maxSkew = 5;

/** Words, and single letters, that are drawn again begin so close to the first, in letter heights. */
const sameWord = 0.15;
const sameLetter = 0.08;
const samePlace = 0.12;
/** Places of one text on one line that are compared. */
const maxPlaces = 100;

interface Piece {
  item: PdfItem;
  text: string;
  angle: number;
  length: number;
  size: number;
  isFixedWidth: boolean;
}

/** @param view the corners of the page: left, bottom, right, top */
export function cellPage(number: number, view: readonly number[], { items, styles }: PdfContent): CellPage {
  const pieces: Piece[] = [];
  const letters = new Map<number, number>();
  const drawn = new Map<string, number[]>();
  for (const item of items) {
    const piece = pieceOf(item, styles[item.fontName] ?? {});
    if (isDrawnAgain(piece, drawn)) continue;
    pieces.push(piece);
    const count = piece.text.trim().length;
    if (count > 0) letters.set(piece.angle, (letters.get(piece.angle) ?? 0) + count);
  }
  const angle = angleOf(letters);
  const [left = 0, bottom = 0, right = 0, top = 0] = view;
  const heights = [
    turn(left, bottom, angle)[1],
    turn(right, bottom, angle)[1],
    turn(left, top, angle)[1],
    turn(right, top, angle)[1],
  ];
  return {
    number,
    angle,
    top: Math.max(...heights),
    bottom: Math.min(...heights),
    cells: cellsOf(pieces.filter((piece) => piece.angle === angle)),
    turned: cellsOf(pieces.filter((piece) => piece.angle !== angle)),
  };
}

/**
 * True for words that stand at the same place already: letters are drawn twice to look bold, or to have a shadow.
 * @param drawn the places of each text, by text and height
 */
function isDrawnAgain({ item, text, size }: Piece, drawn: Map<string, number[]>): boolean {
  if (text.trim() === '') return false;
  const [x, y] = [item.transform[4] ?? 0, item.transform[5] ?? 0];
  const near = (text.length === 1 ? sameLetter : sameWord) * size;
  const height = Math.max(1, samePlace * size);
  const row = Math.round(y / height);
  for (let at = row - 1; at <= row + 1; at++) {
    if (drawn.get(`${at} ${text}`)?.some((other) => Math.abs(other - x) <= near)) return true;
  }
  const key = `${row} ${text}`;
  const places = drawn.get(key);
  if (places === undefined) drawn.set(key, [x]);
  else if (places.length < maxPlaces) places.push(x);
  return false;
}

/** The angle of most text: upright, unless most of the page is not. */
function angleOf(letters: ReadonlyMap<number, number>): number {
  const most = mostOf(letters) ?? 0;
  return (letters.get(0) ?? 0) > uprightShare * letters.get(most)! ? 0 : most;
}

function pieceOf(item: PdfItem, style: PdfContent['styles'][string]): Piece {
  const isVertical = style.vertical ?? false;
  const [a = 0, b = 0, c = 0, d = 0] = item.transform;
  const degrees = (Math.atan2(b, a) * 180) / Math.PI;
  const quarter = Math.round(degrees / 90) * 90;
  const straight = Math.abs(degrees - quarter) <= maxSkew ? quarter : Math.round(degrees);
  const size = Math.round((isVertical ? Math.hypot(c, d) : item.height || Math.hypot(c, d)) * 2) / 2;
  return {
    item,
    text: plainLetters(item.str),
    // Letters below each other are a line that is turned to the right.
    angle: (straight + (isVertical ? 270 : 360)) % 360,
    length: isVertical ? item.height : item.width,
    size,
    isFixedWidth: style.fontFamily === 'monospace',
  };
}

/** The place after the page was turned back by an angle. */
function turn(x: number, y: number, angle: number): [number, number] {
  if (angle === 0) return [x, y];
  const cos = Math.cos((angle * Math.PI) / 180);
  const sin = Math.sin((angle * Math.PI) / 180);
  return [x * cos + y * sin, y * cos - x * sin];
}

function cellsOf(pieces: readonly Piece[]): Cell[] {
  const cells: Cell[] = [];
  let texts: string[] = [];
  let cell: Cell | undefined;
  let longest = 0;
  let lastY = 0;
  let isSpaced = false;
  const end = (): void => {
    if (cell) {
      cell.text = oneLine(texts.join(''));
      if (cell.text !== '') cells.push(cell);
    }
    cell = undefined;
    isSpaced = false;
  };
  for (const { item, text, angle, length, size, isFixedWidth } of pieces) {
    const letters = text.trim().length;
    if (letters === 0) {
      isSpaced ||= text !== '';
    } else {
      const [x, y] = turn(item.transform[4] ?? 0, item.transform[5] ?? 0, angle);
      const isRightToLeft = rightToLeft.test(text);
      if (cell && !touches(cell, x, y, lastY, size, isRightToLeft)) end();
      if (!cell) {
        cell = {
          text: '',
          x,
          right: x + length,
          y,
          size,
          font: item.fontName,
          isFixedWidth,
          order: cells.length,
          isRightToLeft,
        };
        texts = [text];
        longest = letters;
      } else {
        texts.push(isSpaced || x - cell.right > spaceGap * size ? ` ${text}` : text);
        cell.right = Math.max(cell.right, x + length);
        if (letters > longest) {
          cell.size = size;
          cell.font = item.fontName;
          cell.isFixedWidth = isFixedWidth;
          cell.y = y;
          longest = letters;
        }
      }
      lastY = y;
      isSpaced = false;
    }
    if (item.hasEOL) end();
  }
  end();
  return cells;
}

const rightToLeft = /[\u0590-\u08ff]/;

/** True when a piece goes on where the cell ends, also as an exponent. Text from right to left is put in order later. */
function touches(
  cell: Cell,
  x: number,
  y: number,
  lastY: number,
  size: number,
  isRightToLeft: boolean,
): boolean {
  if (isRightToLeft || cell.isRightToLeft) return false;
  const larger = Math.max(size, cell.size);
  const gap = x - cell.right;
  const isLevel = Math.min(Math.abs(y - cell.y), Math.abs(y - lastY)) < 0.6 * larger;
  return isLevel && gap < cellGap * larger && gap > -0.6 * larger;
}

/** The key with the largest number. */
export function mostOf<Key>(counts: ReadonlyMap<Key, number>): Key | undefined {
  let most: Key | undefined;
  let max = 0;
  for (const [key, count] of counts) {
    if (count <= max) continue;
    most = key;
    max = count;
  }
  return most;
}
