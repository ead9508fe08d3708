import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extract } from '../../../src/documents/extract.js';
import { recordsFromJsonLines } from '../../../src/documents/records/json-lines.js';
import type { Document, Failure } from '../../../src/types.js';
import { fixture } from '../structure.js';

async function read(pieces: Uint8Array[], source = '-'): Promise<(Document | Failure)[]> {
  const items: (Document | Failure)[] = [];
  for await (const item of recordsFromJsonLines(Readable.from(pieces), source)) items.push(item);
  return items;
}

describe('recordsFromJsonLines', () => {
  it('reads a stream as it reads a file, however it is cut', async () => {
    const bytes = fixture('hives.jsonl');
    const whole = await extract(bytes, 'h.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 20 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        const items = await read(
          pieces.filter((piece) => piece.length > 0),
          'h.jsonl',
        );
        expect(items.filter((item) => 'text' in item)).toEqual(whole.documents);
        expect(items.filter((item) => 'code' in item)).toEqual(whole.failures);
      }),
    );
  });

  it('cuts no character and needs no line break at the end', async () => {
    const bytes = Buffer.from('\ufeff{"text":"字"}\r\n{"text":"é\u2028x"}');
    const items = await read([...bytes].map((byte) => Uint8Array.of(byte)));
    expect(items).toMatchObject([
      { source: '-#1', text: '字' },
      { source: '-#2', text: 'é\u2028x' },
    ]);
  });

  it('gives records before the stream ends', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.from('{"text":"again"}\n');
    }
    for await (const item of recordsFromJsonLines(endless(), '-')) {
      if (item.source === '-#1000') return;
    }
  });

  it('takes the ids for the sources where there is no other', async () => {
    const items = await read([Buffer.from('{"id":"a","text":"x"}\nno\n')], '');
    expect(items).toMatchObject([{ source: 'a' }, { source: 'line-2', code: 'malformed' }]);
  });
});
