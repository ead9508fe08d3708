// src/tokens/estimate-kernel: estimates tokens in WebAssembly, for the splitter's kernel, which reads the same memory.
// estimate.as is the source, compiled.ts what it became.
import { webAssembly } from '../../web-assembly.js';
import { type KernelMemory, TextMemory } from '../kernel/text-memory.js';
import type { CountedTexts } from '../span-counter.js';
import { compiled } from './compiled.js';

interface Exports {
  memory: KernelMemory;
  classesAt(): number;
  stepsAt(): number;
  free(): number;
  count(text: number, from: number, to: number): number;
}

/** @param classes of each UTF-16 unit @param steps as estimating-counter.ts has them */
export function estimateKernel(classes: Uint8Array, steps: Uint16Array): CountedTexts {
  const module = new webAssembly.Module(Buffer.from(compiled, 'base64'));
  const { memory, classesAt, stepsAt, free, count } = new webAssembly.Instance(module, {}).exports as Exports;
  new Uint8Array(memory.buffer).set(classes, classesAt());
  new Uint16Array(memory.buffer).set(steps, stepsAt() / 2);
  return { texts: new TextMemory(memory, free()), counting: count };
}
