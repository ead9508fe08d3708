// Titles of code are names: of methods with their type, of documentation its headings, never conditions or brackets.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentOf } from '../../structure.js';

const cases = new URL('../../../../fixtures/cases/code/', import.meta.url);

test.each([
  ['r.go', ['pumpBody.Read', 'valveBody.Read', 'tankBody.Read']],
  ['a.h', ['pump0', 'pump1', 'pump2']],
  ['M.pm', ['package M', 'one', 'NAME', 'DETAILS', 'two']],
  ['K.kt', ['class Map', 'companion object', 'get0', 'get1', 'get2']],
])('%s', async (name, titles) => {
  const { blocks } = await documentOf(readFileSync(new URL(name, cases)), name);
  expect(blocks.flatMap(({ title }) => title ?? [])).toEqual(titles);
});

test('documentation that nothing ends takes a time in proportion to its size', async () => {
  const { text } = await documentOf('=head1 A\n\nwords\n'.repeat(20_000), 'a.pm');
  expect(text).toHaveLength(320_000);
});

const lines = Array.from({ length: 30 }, (_, at) => `      total[${at}] = valve + ${at};\n`).join('');

test.each([
  [
    'a.java',
    `class Pump {\n  @Override\n  public List<Map<String, T>> move(int a) {\n${lines}  }\n  int[] size() {\n${lines}  }\n}\n`,
    ['class Pump', 'move', 'size'],
  ],
  [
    'a.cs',
    `class Pump {\n  public async Task<int> Move<T>(int a) where T : class {\n${lines}  }\n}\n`,
    ['class Pump', 'Move'],
  ],
  ['a.swift', `struct Pump {\n  var body: some View {\n${lines}  }\n}\n`, ['struct Pump', 'body']],
  ['a.tf', `resource "aws_pump" "main" {\n${lines}}\n`, ['resource "aws_pump" "main"']],
  [
    'a.vue',
    `<template>\n  <p/>\n</template>\n<script setup>\nfunction move() {\n${lines}}\n</script>\n<style>\n</style>\n`,
    ['template', 'script', 'move', 'style'],
  ],
])('%s has the names of its parts', async (name, code, titles) => {
  const { blocks } = await documentOf(code, name);
  expect(blocks.flatMap(({ title }) => title ?? [])).toEqual(titles);
});
