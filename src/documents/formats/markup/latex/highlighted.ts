// Code that was coloured for print: the words alone.
import { characters } from './symbols.js';

const style = /\\[A-Za-z]{1,30}Tok\{((?:[^{}\\]|\\[^A-Za-z]|\\[A-Za-z]+\{\})*)\}/g;

/** Code as pandoc writes it, each word in a command of its colour. */
export function withoutStyles(code: string): string {
  return code
    .replace(style, '$1')
    .replace(/\\text([a-z]{2,20})\{\}/g, (all, name: string) => characters.get(`text${name}`) ?? all)
    .replace(/\\([{}_#$%&^~])(?:\{\})?/g, '$1');
}
