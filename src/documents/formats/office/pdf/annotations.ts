// What people add to a PDF: values of its form, and notes.
import type { Cell, CellPage } from './cells.js';
import { plainLetters } from './letters.js';
import type { PdfFile } from './open-pdf.js';

/** An annotation as pdf.js describes it, in part. */
export interface PdfAnnotation {
  subtype?: unknown;
  fieldType?: unknown;
  fieldName?: unknown;
  alternativeText?: unknown;
  fieldValue?: unknown;
  exportValue?: unknown;
  password?: unknown;
  annotationFlags?: unknown;
  pageIndex?: unknown;
  rect?: unknown;
  contentsObj?: unknown;
}

/** Max cells that are compared with fields, on a page. */
const maxTries = 5_000_000;
/**
 * The numbers that pdf.js gives to kinds: notes, shapes, marks of text, stamps, attached files (1 to 17, without links and
 * the windows of notes), and fields.
 */
const kinds = new Set([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20]);
/** Hidden, or not shown on a screen. */
const unseen = 2 | 32;

/**
 * All annotations with words, by the number of their page. They are asked for at once, and after all text: one by one,
 * links would be read, too, and what the engine compiled for the text would fit no more.
 */
export async function annotationsOf(pdf: PdfFile): Promise<Map<number, PdfAnnotation[]>> {
  const byPage = new Map<number, PdfAnnotation[]>();
  const all = (await pdf.getAnnotationsByType(kinds, new Set())) as PdfAnnotation[] | null;
  for (const annotation of all ?? []) {
    if (typeof annotation.pageIndex !== 'number') continue;
    const number = annotation.pageIndex + 1;
    const ofPage = byPage.get(number);
    if (ofPage) ofPage.push(annotation);
    else byPage.set(number, [annotation]);
  }
  return byPage;
}

/** Puts the values of fields beside what is printed there, and returns what has no such place, and the notes. */
export function addAnnotations(page: CellPage, annotations: readonly PdfAnnotation[]): string[] {
  const asides: string[] = [];
  const values: Cell[] = [];
  // Places are those of a page that isn't turned.
  const cells = page.angle === 0 && page.cells.length * annotations.length < maxTries ? page.cells : [];
  for (const annotation of annotations) {
    if (typeof annotation.annotationFlags === 'number' && annotation.annotationFlags & unseen) continue;
    if (annotation.subtype !== 'Widget') {
      const note = textOf(annotation.contentsObj);
      if (note !== '') asides.push(note);
      continue;
    }
    const value = enteredIn(annotation);
    if (value === '') continue;
    const cell = cellFor(cells, annotation.rect, value);
    if (cell) {
      values.push(cell);
      continue;
    }
    const name = line(annotation.alternativeText) || line(annotation.fieldName);
    asides.push(name === '' ? value : `${name}: ${value}`);
  }
  if (values.length > 0) page.cells = [...page.cells, ...values].sort((a, b) => a.order - b.order);
  return asides;
}

/** What is written or chosen; `[x]` for what is ticked. */
function enteredIn({ fieldType, fieldValue, exportValue, password }: PdfAnnotation): string {
  if (password === true) return '';
  if (fieldType === 'Btn') return typeof exportValue === 'string' && fieldValue === exportValue ? '[x]' : '';
  if (fieldType !== 'Tx' && fieldType !== 'Ch') return '';
  return Array.isArray(fieldValue) ? fieldValue.map(line).filter(Boolean).join(', ') : line(fieldValue);
}

function textOf(contents: unknown): string {
  const text = (contents as { str?: unknown } | undefined)?.str;
  return typeof text === 'string' ? plainLetters(text.replace(/\s+/g, ' ')).trim() : '';
}

function line(value: unknown): string {
  return typeof value === 'string' ? plainLetters(value.replace(/\s+/g, ' ')).trim() : '';
}

/** A value as a cell on the line of the printed text beside its field. */
function cellFor(cells: readonly Cell[], rect: unknown, value: string): Cell | undefined {
  if (!Array.isArray(rect) || !rect.every((number) => typeof number === 'number')) return undefined;
  const [left, bottom, right, top] = rect as [number, number, number, number];
  let label: Cell | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (const cell of cells) {
    if (cell.y < bottom - 0.3 * cell.size || cell.y > top) continue;
    const away = distance(cell, left, right);
    if (away >= nearest) continue;
    label = cell;
    nearest = away;
  }
  // Its size is that of the label: the letters of a field may be of any.
  return label && { ...label, text: value, x: left, right, order: label.order + 0.5 };
}

/** Labels stand left of their fields; one on the right is better than none. */
function distance(cell: Cell, left: number, right: number): number {
  return cell.x < left ? Math.abs(left - cell.right) : 1000 + Math.abs(cell.x - right);
}
