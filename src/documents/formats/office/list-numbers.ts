// Numbers of lists, pages and notes as office programs write them: 4, iv, d, 四.
import { romanNumber } from '../../../text/roman-number.js';

const latin = 'abcdefghijklmnopqrstuvwxyz';
const russian = 'абвгдежзиклмнопрстуфхцчшщыэюя';
const hebrew = 'אבגדהוזחטיכלמנסעפצקרשת';
const arabic = 'أبتثجحخدذرزسشصضطظعغفقكلمنهوي';
const korean = '가나다라마바사아자차카타파하';
const digits = '〇一二三四五六七八九';
/** Above it, no document counts; it also bounds the length of letters and Roman numbers. */
const maxNumber = 4999;

/** @param format the name that OOXML has for it; unknown ones are decimal */
export function listNumber(number: number, format: string): string {
  if (number < 1 || number > maxNumber) return String(number);
  switch (format) {
    case 'lowerLetter':
      return letters(number, latin);
    case 'upperLetter':
      return letters(number, latin).toUpperCase();
    case 'lowerRoman':
      return romanNumber(number);
    case 'upperRoman':
      return romanNumber(number).toUpperCase();
    case 'decimalZero':
      return String(number).padStart(2, '0');
    case 'ordinal':
      return `${number}${ordinalEnd(number)}`;
    case 'russianLower':
      return letters(number, russian);
    case 'russianUpper':
      return letters(number, russian).toUpperCase();
    case 'hebrew2':
      return letters(number, hebrew);
    case 'arabicAlpha':
      return letters(number, arabic);
    case 'ganada':
      return letters(number, korean);
    case 'decimalEnclosedCircle':
    case 'decimalEnclosedCircleChinese':
      return number <= 20 ? String.fromCodePoint(0x245f + number) : String(number);
    case 'decimalFullWidth':
      return [...String(number)].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
    case 'ideographDigital':
    case 'japaneseDigitalTenThousand':
      return [...String(number)].map((digit) => digits[Number(digit)]).join('');
    case 'chineseCounting':
    case 'chineseCountingThousand':
    case 'japaneseCounting':
    case 'taiwaneseCounting':
    case 'taiwaneseCountingThousand':
      return chinese(number);
    default:
      return String(number);
  }
}

/** a … z, aa … zz */
function letters(number: number, alphabet: string): string {
  const index = (number - 1) % alphabet.length;
  return alphabet[index]!.repeat(Math.floor((number - 1) / alphabet.length) + 1);
}

function ordinalEnd(number: number): string {
  const tens = number % 100;
  return tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
}

function chinese(number: number): string {
  const units = ['', '十', '百', '千'];
  const places = [...String(number)].reverse();
  let text = '';
  for (const [i, digit] of places.entries()) {
    if (digit === '0') text = text === '' || text.startsWith('〇') ? text : `〇${text}`;
    else text = `${digits[Number(digit)]}${units[i]}${text}`;
  }
  return text.replace(/^一十/, '十');
}
