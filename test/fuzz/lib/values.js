// Values in the place of others, in what is said as JSON.
import { foreign, foreignText } from './words.js';

/** A value of JSON that hardly any reader expects; keys that objects of the language have, too. */
export function strangeValue(random) {
  return random.pick([
    null,
    true,
    -1,
    0,
    1.5,
    1e300,
    2 ** 53,
    -(2 ** 31),
    2 ** 32,
    '',
    '\0',
    '\ud800',
    [],
    {},
    [[]],
    [null],
    { toString: 1, valueOf: 1 },
    { toString: null, length: 1e9 },
    { length: -1, size: 1, toJSON: 1 },
    { a: { b: [] } },
    '../../victim/bashrc',
    '__proto__',
    'NaN',
    foreign(random),
    foreignText(random),
    Array(random.size(5000)).fill('a'),
  ]);
}

/** The same with strange values in some places, at any depth, and sometimes with strange keys. */
export function spoilt(random, honest, share = 0.2) {
  if (random.chance(share)) return strangeValue(random);
  if (typeof honest !== 'object' || honest === null) return honest;
  if (Array.isArray(honest)) return honest.map((one) => spoilt(random, one, share / 2));
  const entries = Object.entries(honest).map(([key, one]) => [key, spoilt(random, one, share)]);
  if (random.chance(share))
    entries.push([
      random.pick(['__proto__', 'constructor', 'toString', foreign(random)]),
      strangeValue(random),
    ]);
  return Object.fromEntries(entries);
}

/** JSON with one value of its text in the place of another: keys, order and all else stay. */
export function withOneChanged(random, text) {
  const places = [...text.matchAll(/:("(?:[^"\\]|\\.)*"|-?\d+|\[|\{)/g)];
  const place = random.pick(places);
  if (place === undefined) return text;
  return `${text.slice(0, place.index + 1)}${JSON.stringify(strangeValue(random))}${text.slice(place.index + place[0].length)}`;
}
