// Numbers of a sheet as it shows them: dates, amounts, percentages.
import { format, isDateFormat } from 'numfmt';
import { attribute, elements, find, type XmlElement } from '../xml.js';

const general = 'General';
/** Excel allows no longer ones. */
const maxLength = 255;
/** Formats that a file names only by a number. The dates 14 and 22 follow the settings of the computer that shows them. */
const builtIn: Record<number, string> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'yyyy-mm-dd',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd h:mm',
  37: '#,##0;(#,##0)',
  38: '#,##0;(#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;(#,##0.00)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
};
/** Dates of East Asia, each in the way of its country. */
const isEastAsianDate = (id: number) => (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
/** Days between the two first days of Excel. */
const days1904 = 1462;
/** `[h]:mm` shows how long something takes, not a time of a day. */
const elapsed = /\[(?:h+|m+|s+)\]/i;
/** Digits that Excel keeps of a number. */
const maxDigits = 15;
const plainInteger = /^-?\d+$/;
/** Shown where a number doesn't fit its format. */
const unfit = /^#+$/;

export class NumberFormats {
  /** Formats by the number of a cell's style. */
  readonly #codes: readonly string[];
  readonly #dates = new Map<string, boolean>();
  readonly #is1904: boolean;

  constructor(styles: XmlElement | undefined, is1904: boolean) {
    this.#is1904 = is1904;
    const custom = new Map<number, string>();
    for (const element of elements(find(styles, 'numFmts'), 'numFmt')) {
      custom.set(Number(attribute(element, 'numFmtId')), attribute(element, 'formatCode') ?? general);
    }
    this.#codes = elements(find(styles, 'cellXfs'), 'xf').map((style) => {
      const id = Number(attribute(style, 'numFmtId') ?? 0);
      return custom.get(id) ?? builtIn[id] ?? (isEastAsianDate(id) ? builtIn[14]! : general);
    });
  }

  /** @param value as the file holds it */
  shown(value: string, style: number): string {
    const code = this.#codes[style] ?? general;
    const isDay = this.#is1904 && this.#isDate(code) && !elapsed.test(code);
    return shownNumber(value, code, isDay ? days1904 : 0);
  }

  #isDate(code: string): boolean {
    let isDate = this.#dates.get(code);
    if (isDate === undefined) {
      isDate = isDateFormat(code);
      this.#dates.set(code, isDate);
    }
    return isDate;
  }
}

/**
 * A number in a format of Excel.
 * @param value as the file holds it
 * @param days to add, for a date
 */
export function shownNumber(value: string, code: string, days = 0): string {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) return value;
  if (code.length > maxLength || code.toLowerCase() === general.toLowerCase()) return plain(value, number);
  try {
    const shown = format(code, number + days).trim();
    return unfit.test(shown) ? plain(value, number) : shown;
  } catch {
    // A format that isn't one.
    return plain(value, number);
  }
}

/** Without the noise of binary fractions: 0.3, not 0.30000000000000004. */
function plain(value: string, number: number): string {
  return plainInteger.test(value) ? value : String(Number(number.toPrecision(maxDigits)));
}
