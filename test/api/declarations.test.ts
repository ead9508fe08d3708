// The public API is whole: who can import a function can also import, and read about, all that it takes and gives.
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { settingsTable } from '../../src/config/settings.js';
import { Declarations, publishedNames } from './declarations.js';

let api: Declarations;
beforeAll(() => {
  api = new Declarations();
});

test('exports every type of ours that a signature names', () => {
  expect(publishedNames().length).toBeGreaterThan(40);
  expect(api.unexported()).toEqual([]);
});

test('says of every export and member what it is', () => {
  const members = [...api.members()];
  expect(members.length).toBeGreaterThan(300);
  const silent = members.filter(
    ({ text, tags }) => text === '' && !tags.some(({ name }) => name === 'param'),
  );
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test('says what happens without each option', () => {
  const isOption = /^(\w*Options|Settings|OrchestratorParts)\.\w+$/;
  const options = [...api.members()].filter(({ path, optional }) => isOption.test(path) && optional);
  expect(options.length).toBeGreaterThan(50);
  const silent = options.filter(({ tags }) => !tags.some(({ name }) => name === 'default'));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test('says the defaults of settings as they are', () => {
  const settings = [...api.members()].filter(({ path }) => path.startsWith('Settings.'));
  const said = settings.map(({ path, tags }) => {
    const tag = tags.find(({ name }) => name === 'default');
    return [path.slice('Settings.'.length), ts.displayPartsToString(tag?.text)];
  });
  const told = Object.fromEntries(said);
  expect(Object.keys(told).sort()).toEqual(settingsTable.map(({ key }) => key).sort());
  for (const setting of settingsTable) {
    if (setting.default === undefined) continue;
    const value = JSON.parse(told[setting.key].replaceAll("'", '"').replaceAll('_', ''));
    expect(value, setting.key).toEqual(setting.default);
  }
});
