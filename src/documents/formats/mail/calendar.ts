// iCalendar (RFC 5545) and vCard (RFC 6350): events, tasks and people, each a section under its name, with what is written of it.
// Rules of time zones, alarms, pictures and keys go.
import { TextBuilder } from '../../blocks/text-builder.js';
import { cleanTitle } from '../../blocks/titles.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

/** What is shown, with the words before it; a text without a name stands alone. */
const shown: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DTSTART: 'From',
    DTEND: 'To',
    DUE: 'Due',
    DURATION: 'Duration',
    LOCATION: 'Location',
    ORGANIZER: 'Organizer',
    ATTENDEE: 'Attendee',
    CONTACT: 'Contact',
    STATUS: 'Status',
    CATEGORIES: 'Categories',
    URL: 'URL',
    RRULE: 'Repeats',
    DESCRIPTION: '',
    COMMENT: '',
    NICKNAME: 'Nickname',
    ORG: 'Organization',
    TITLE: 'Title',
    ROLE: 'Role',
    TEL: 'Telephone',
    EMAIL: 'E-mail',
    ADR: 'Address',
    BDAY: 'Birthday',
    NOTE: '',
  }),
);
/** Parts that hold nothing to read. */
const passedOver: ReadonlySet<string> = new Set(['VTIMEZONE', 'VALARM', 'STANDARD', 'DAYLIGHT']);
/** Of a property, max characters: a picture may be in one. */
const maxValueLength = 20_000;

interface Property {
  name: string;
  parameters: string;
  value: string;
  line: number;
}

export function extract({ bytes, source }: FormatInput): Extraction {
  const builder = new TextBuilder();
  const open: Property[][] = [];
  let passed = 0;
  for (const property of properties(decode(bytes))) {
    const { name, value } = property;
    if (name === 'BEGIN') {
      if (passed > 0 || passedOver.has(value.trim().toUpperCase())) passed++;
      else open.push([property]);
    } else if (name === 'END') {
      if (passed > 0) passed--;
      else write(builder, open.pop() ?? []);
    } else if (passed === 0) {
      open.at(-1)?.push(property);
    }
  }
  // A file that was cut.
  for (const rest of open.reverse()) write(builder, rest);
  return one({ source, format: 'calendar', ...builder.finish() });
}

function write(builder: TextBuilder, [begin, ...properties]: readonly Property[]): void {
  if (begin === undefined) return;
  const naming = ['SUMMARY', 'FN', 'N', 'X-WR-CALNAME'];
  const title = naming
    .map((name) => properties.find((one) => one.name === name && one.value.trim() !== ''))
    .find(Boolean);
  const lines = properties.flatMap((one) => {
    const label = shown.get(one.name);
    const words = label === undefined ? '' : wordsOf(one);
    return words === '' ? [] : [{ line: one.line, words: label === '' ? words : `${label}: ${words}` }];
  });
  // The calendar around its events has a name and no more.
  const text =
    title === undefined ? '' : title.name === 'N' ? parts(title.value).join(' ') : unescaped(title.value);
  if (text !== '') builder.heading(text, 1, { title: cleanTitle(text), line: title!.line });
  for (const { line, words } of lines) builder.add('paragraph', words, { line });
}

function wordsOf({ name, parameters, value }: Property): string {
  if (name === 'ORGANIZER' || name === 'ATTENDEE') {
    const person = /;CN=(?:"([^"]*)"|([^;:]*))/i.exec(parameters);
    const address = value.replace(/^mailto:/i, '').trim();
    const known = (person?.[1] ?? person?.[2] ?? '').trim();
    return known === '' || known === address ? address : `${known} <${address}>`;
  }
  if (name === 'ADR' || name === 'ORG') return parts(value).join(', ');
  if (name === 'DTSTART' || name === 'DTEND' || name === 'DUE' || name === 'BDAY') return day(value.trim());
  return unescaped(value);
}

/** `20240131T100000Z` as `2024-01-31 10:00`, in the zone of the file. */
function day(value: string): string {
  const found = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(Z)?)?/.exec(value);
  if (!found) return value;
  const [, year, month, date, hour, minute, utc] = found;
  const time = hour === undefined ? '' : ` ${hour}:${minute}${utc === undefined ? '' : ' UTC'}`;
  return `${year}-${month}-${date}${time}`;
}

/** The parts of a value with `;` between them. */
function parts(value: string): string[] {
  return (value.match(/(?:\\.|[^\\;])+/g) ?? []).map(unescaped).filter((part) => part !== '');
}

function unescaped(value: string): string {
  return value
    .replace(/\\([nN,;\\])/g, (_, char: string) => (char.toLowerCase() === 'n' ? '\n' : char))
    .trim();
}

function* properties(text: string): Generator<Property> {
  let open: Property | undefined;
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (/^[ \t]/.test(line)) {
      if (open && open.value.length < maxValueLength) open.value += line.slice(1);
      continue;
    }
    // A soft line break of quoted-printable, as in vCard 2.1.
    if (open?.value.endsWith('=') && open.value.length < maxValueLength && isQuoted(open)) {
      open.value = open.value.slice(0, -1) + line;
      continue;
    }
    if (open) yield plain(open);
    const [, name, parameters, value] =
      /^(?:[\w-]{1,60}\.)?([\w-]{1,60})((?:;(?:"[^"]{0,2000}"|[^":]){0,2000})?):(.*)$/.exec(
        line.slice(0, maxValueLength),
      ) ?? [];
    open =
      name === undefined
        ? undefined
        : { name: name.toUpperCase(), parameters: parameters!, value: value!, line: i + 1 };
  }
  if (open) yield plain(open);
}

function isQuoted({ parameters }: Property): boolean {
  return /;(?:ENCODING=)?QUOTED-PRINTABLE/i.test(parameters);
}

/** With the bytes that quoted-printable stands for. */
function plain(property: Property): Property {
  if (!isQuoted(property)) return property;
  const bytes = Buffer.from(property.value, 'utf8')
    .toString('latin1')
    .replace(/=([\dA-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return { ...property, value: decode(Buffer.from(bytes, 'latin1')) };
}
