// What the declarations promise of themselves, and to who reads the type that follows from them.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { declared } from '../../src/config/declared.js';
import { problemWith, type Rule, readText, readWritten, typedValue } from '../../src/config/kinds/rule.js';
import { loadSettings } from '../../src/config/load.js';
import { settingsTable } from '../../src/config/settings.js';
import { BatchConfig } from '../../src/orchestrator/config.js';

describe('every value that a declaration names', () => {
  const named = settingsTable.flatMap((setting) =>
    [setting.default, setting.serveDefault, setting.otherwise]
      .filter((value) => value !== undefined)
      .map((value) => ({ setting, key: setting.key, value })),
  );

  test.each(named)('$key: $value fits, and is read back as it is typed', ({ setting, value }) => {
    expect(problemWith(setting, value)).toBeUndefined();
    const typed = typedValue(setting, value);
    if (typed !== '') expect(readText(setting, typed)).toEqual(value);
  });
});

test('flags and variables are of one setting each', () => {
  for (const names of [
    settingsTable.flatMap(({ flag }) => flag ?? []),
    settingsTable.flatMap(({ env }) => env ?? []),
  ]) {
    expect(names.length).toBeGreaterThan(10);
    expect(new Set(names).size).toBe(names.length);
  }
});

test('the comment of an entry is that of the property, and its type follows from the kind', () => {
  const path = fileURLToPath(new URL('../../src/config/settings.ts', import.meta.url));
  const options = { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, types: [] };
  const program = ts.createProgram([path], {
    ...options,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const checker = program.getTypeChecker();
  const [symbol] = checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)!)!)
    .filter(({ name }) => name === 'Settings');
  const properties = checker.getDeclaredTypeOfSymbol(symbol!).getProperties();
  expect(properties.map(({ name }) => name).sort()).toEqual(Object.keys(declared).sort());
  const told = (key: string) => {
    const property = properties.find(({ name }) => name === key)!;
    const tags = property.getJsDocTags(checker).filter(({ name }) => name === 'default');
    const tag = tags.map(({ text }) => ts.displayPartsToString(text)).join();
    const type = checker.typeToString(checker.getTypeOfSymbol(property));
    return { text: ts.displayPartsToString(property.getDocumentationComment(checker)), tag, type };
  };
  expect(told('cacheTtl')).toEqual({
    text: 'Seconds that Redis keeps a vector.',
    tag: '3600',
    type: 'number',
  });
  expect(told('format').type).toBe('("jsonl" | "npy")[]');
  expect(told('redisDb').type).toBe('number | undefined');
  expect(told('embedder').type).toBe('"auto" | "ollama" | "openai" | "builtin"');
});

describe('times that were numbers', () => {
  test.each([
    ['OLLAMA_BATCH_TIMEOUT', 'batchTimeout', '45000', 45_000],
    ['OLLAMA_BATCH_TIMEOUT', 'batchTimeout', '45s', 45_000],
    ['BATCH_PROCESSING_INTERVAL', 'batchInterval', '0', 0],
    ['BATCH_PROCESSING_INTERVAL', 'batchInterval', '0.2s', 200],
    ['EMBEDDING_CACHE_TTL', 'cacheTtl', '7200', 7200],
    ['EMBEDDING_CACHE_TTL', 'cacheTtl', '7d', 604_800],
  ] as const)('%s (%s): %s is %d', async (variable, key, text, value) => {
    const setting = settingsTable.find((one) => one.key === key)!;
    const env = { [variable]: text };
    expect((await loadSettings({ env, cwd: '/' })).settings[key]).toBe(value);
    expect(BatchConfig.fromEnv(env).settings[key]).toBe(value);
    expect(readWritten(setting, text, '/')).toBe(value);
    expect(problemWith(setting, value)).toBeUndefined();
  });

  test.each([
    [{ OLLAMA_BATCH_TIMEOUT: '1' }, 'OLLAMA_BATCH_TIMEOUT: expected at least 100ms, got 1ms.'],
    [{ OLLAMA_BATCH_TIMEOUT: '-1' }, 'OLLAMA_BATCH_TIMEOUT: expected at least 100ms, got -1ms.'],
    [
      { OLLAMA_BATCH_TIMEOUT: 'soon' },
      'OLLAMA_BATCH_TIMEOUT: expected a time such as 90s or 10m, or a number of milliseconds, got "soon".',
    ],
    [{ EMBEDDING_CACHE_TTL: '1500ms' }, 'EMBEDDING_CACHE_TTL: expected whole seconds, got 1500ms.'],
  ])('%j', async (env, message) => {
    await expect(loadSettings({ env, cwd: '/' })).rejects.toThrow(message);
  });
});

test('a word that every object knows is no switch', () => {
  const rule: Rule = { kind: 'boolean' };
  expect(readText(rule, 'constructor')).toBe('constructor');
  expect(readText(rule, ' TRUE ')).toBe(true);
});
