// Numbers with their units, as the package siunitx writes them: `\SI{3}{\metre\per\second}` is shown as 3 m/s.
import { groupAt, skipOptions } from './groups.js';

const pairs = (list: string): [string, string][] =>
  list.split(' ').map((pair) => pair.split('=') as [string, string]);

const prefixes = new Map(
  pairs(
    'yocto=y zepto=z atto=a femto=f pico=p nano=n micro=µ milli=m centi=c deci=d deca=da deka=da hecto=h kilo=k mega=M giga=G tera=T ' +
      'peta=P exa=E zetta=Z yotta=Y kibi=Ki mebi=Mi gibi=Gi tebi=Ti',
  ),
);
const units = new Map(
  pairs(
    'metre=m meter=m second=s gram=g kilogram=kg kg=kg ampere=A kelvin=K mole=mol candela=cd celsius=°C degreeCelsius=°C degree=° arcminute=′ ' +
      'arcsecond=″ hertz=Hz newton=N pascal=Pa joule=J watt=W coulomb=C volt=V farad=F ohm=Ω siemens=S weber=Wb tesla=T henry=H lumen=lm lux=lx ' +
      'becquerel=Bq gray=Gy sievert=Sv katal=kat radian=rad steradian=sr minute=min hour=h day=d hectare=ha litre=L liter=L tonne=t ' +
      'electronvolt=eV dalton=Da bar=bar percent=% decibel=dB neper=Np bel=B bit=bit byte=B astronomicalunit=au angstrom=Å ' +
      'square=² cubic=³ squared=² cubed=³',
  ),
);
const short = new Map(
  pairs(
    'mm=mm cm=cm m=m km=km um=µm nm=nm ms=ms us=µs ns=ns s=s g=g mg=mg ug=µg kW=kW MW=MW W=W V=V mV=mV kV=kV A=A mA=mA Hz=Hz kHz=kHz MHz=MHz GHz=GHz K=K J=J kJ=kJ Pa=Pa kPa=kPa MPa=MPa L=L mL=mL ml=ml l=l mol=mol eV=eV keV=keV MeV=MeV GeV=GeV N=N kN=kN dB=dB h=h min=min',
  ),
);
/** How many arguments with numbers each command has, and whether a unit follows. */
const commands = new Map<string, { numbers: number; isUnit: boolean }>([
  ['SI', { numbers: 1, isUnit: true }],
  ['qty', { numbers: 1, isUnit: true }],
  ['num', { numbers: 1, isUnit: false }],
  ['ang', { numbers: 1, isUnit: false }],
  ['si', { numbers: 0, isUnit: true }],
  ['unit', { numbers: 0, isUnit: true }],
  ['SIrange', { numbers: 2, isUnit: true }],
  ['qtyrange', { numbers: 2, isUnit: true }],
  ['numrange', { numbers: 2, isUnit: false }],
  ['SIlist', { numbers: 1, isUnit: true }],
  ['qtylist', { numbers: 1, isUnit: true }],
  ['numlist', { numbers: 1, isUnit: false }],
]);
const written = /\\(SIrange|qtyrange|numrange|SIlist|qtylist|numlist|SI|qty|num|ang|si|unit)(?![A-Za-z])/g;

/** What is shown for a command, and the place after its arguments; undefined for other commands. */
export function quantityAt(
  name: string,
  text: string,
  at: number,
): { shown: string; end: number } | undefined {
  const command = commands.get(name);
  if (!command) return undefined;
  const { numbers, isUnit } = command;
  let end = skipOptions(text, at);
  const values: string[] = [];
  for (let i = 0; i < numbers + (isUnit ? 1 : 0); i++) {
    // A unit may stand before the number in options of old.
    if (i > 0) end = skipOptions(text, end);
    const group = groupAt(text, end, '{');
    if (!group) return undefined;
    values.push(group.text.trim());
    end = group.end;
  }
  const unit = isUnit ? unitOf(values.pop()!) : '';
  if (name === 'ang') return { shown: angleOf(values[0]!), end };
  const shown = values.map((value) => value.split(';').map(numberOf).join(', ')).join(' to ');
  const isClose = /^[°′″](?!C)/.test(unit);
  return { shown: [shown, unit].filter((part) => part !== '').join(isClose ? '' : ' '), end };
}

/** The text with what is shown for all numbers and units in it. */
export function withQuantities(latex: string): string {
  if (!latex.includes('\\')) return latex;
  const parts: string[] = [];
  let from = 0;
  for (const found of latex.matchAll(written)) {
    if (found.index < from) continue;
    const quantity = quantityAt(found[1]!, latex, found.index + found[0].length);
    if (!quantity) continue;
    parts.push(latex.slice(from, found.index), quantity.shown.replace(/[%&#_$]/g, '\\$&'));
    from = quantity.end;
  }
  parts.push(latex.slice(from));
  return parts.join('');
}

/** `1.5e-3` as 1.5 × 10^-3, `1 +- 0.1` as 1 ± 0.1. */
function numberOf(text: string): string {
  return text
    .trim()
    .replace(/\\pm|\+-/g, ' ± ')
    .replace(/\\times/g, ' × ')
    .replace(/(?<=\d|^)[eEdD]([-+]?\d+)/g, (_, power: string) => ` × 10^${power.replace('+', '')}`)
    .replace(/^ × (?=10\^)/, '')
    .replace(/[{}$~]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `30;15` as 30° 15′. */
function angleOf(text: string): string {
  const parts = text.split(';').map((part) => part.trim());
  return parts.flatMap((part, i) => (part === '' ? [] : [`${part}${'°′″'[i] ?? ''}`])).join(' ');
}

function unitOf(text: string): string {
  if (!text.includes('\\')) {
    return text
      .replace(/\^\{?(-?\d+)\}?/g, (_, power: string) => powers(power))
      .replace(/[.~]/g, '·')
      .replace(/[{}$]/g, '')
      .replace('·/', '/');
  }
  let shown = '';
  let isAfterPrefix = false;
  let before = '';
  for (const [, name, literal] of text.matchAll(/\\([A-Za-z]+|%)(?:\{[^{}]{0,60}\})?|([^\\\s{}]+)/g)) {
    if (name === 'per') {
      shown += '/';
      isAfterPrefix = true;
    } else if (name === 'square' || name === 'cubic') before = units.get(name)!;
    else if (name === 'squared' || name === 'cubed') shown += units.get(name)!;
    else {
      const prefix = name === undefined ? undefined : prefixes.get(name);
      const sign = name === undefined ? literal! : (prefix ?? units.get(name) ?? short.get(name) ?? name);
      shown += (shown === '' || isAfterPrefix ? '' : '·') + sign;
      isAfterPrefix = prefix !== undefined;
      if (!isAfterPrefix) {
        shown += before;
        before = '';
      }
    }
  }
  return shown;
}

function powers(power: string): string {
  return [...power].map((digit) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(digit)] ?? digit).join('');
}
