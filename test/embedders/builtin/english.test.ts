// Which texts aren't English: prose of other languages is told, English, names and code aren't.
import { describe, expect, test } from 'vitest';
import { languageJudge, ofChunks, ofQuestions } from '../../../src/embedders/builtin/english.js';

const judge = await languageJudge();

describe('a chunk', () => {
  test.each([
    'Die Datenbank wird jede Nacht gesichert, und einmal im Monat üben wir die Wiederherstellung auf einem leeren Rechner.',
    'La base de données est sauvegardée chaque nuit, et une fois par mois nous essayons de la restaurer sur une machine vide.',
    'La base de datos se guarda cada noche, y una vez al mes probamos la restauración en una máquina que está vacía.',
    'Databasen säkerhetskopieras varje natt, och en gång i månaden övar vi på att återställa den på en tom dator.',
    'Baza danych jest zapisywana każdej nocy, a raz w miesiącu ćwiczymy jej odtwarzanie na pustym komputerze w biurze.',
    'Un canguro en el jardín esta mañana, comió dos manzanas cerca del cobertizo y se fue cuando ladró el perro',
    'Veritabanı her gece yedeklenir ve ayda bir kez boş bir bilgisayarda geri yüklemeyi hep birlikte deneriz çünkü bu önemlidir.',
  ])('of another language: %s', (text) => {
    expect(judge.isForeign(text, ofChunks)).toBe(true);
  });

  test.each([
    'The database is saved every night, and once a month we practise to restore it on a machine that has nothing on it.',
    'for (let i = 0; i < size; i++) { sum += one[i]! * other[i]!; if (sum > most) return { sum, place: i, isDone: true }; }',
    'https://github.com/some/project/commit/5119a19 https://github.com/some/project/issues/97 https://example.org/der/hafen/ist/hier',
    'Datensicherung',
    'quokka in the garden again this morning, ate two apples near the shed and ran off when the dog barked',
    'Garden plan: prune apple trees January, sow carrots April, plant beans May, cut hedge July, lift potatoes September',
    '',
  ])('of English, code, or too short: %s', (text) => {
    expect(judge.isForeign(text, ofChunks)).toBe(false);
  });

  test('in a hostile length takes bounded time and is judged by its start', () => {
    expect(judge.isForeign('Der Hafen ist am Morgen leer. '.repeat(200_000), ofChunks)).toBe(true);
    expect(judge.isForeign('x'.repeat(1_000_000), ofChunks)).toBe(false);
  });
});

test.each([
  ['Wie koche ich Nudeln mit Tomaten', true],
  ['¿Dónde está el puerto de la ciudad?', true],
  ['how do I restore a backup of the database', false],
  ['kubernetes ingress controller', false],
  ['tax return 2025', false],
  ['how do I choose a chunk size', false],
  ['harvest festival speech', false],
  ['contract acme end date', false],
  ['garden pond pump broken', false],
  ['museum opening hours monday', false],
  ['Müller contract end date', false],
  ['El Paso hotel booking', false],
  ['solar panel inverter error twelve again this morning', false],
  ['où est la nouvelle imprimante', true],
  ['Wann endet der Vertrag', true],
])('a question: %s', (text, isForeign) => {
  expect(judge.isForeign(text, ofQuestions)).toBe(isForeign);
});
