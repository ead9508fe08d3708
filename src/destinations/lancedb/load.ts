// Loads LanceDB, which is only there when the user installed it: it takes 140 MB.
import type { Connection } from '@lancedb/lancedb';
import type { Schema } from 'apache-arrow';
import { UsageError } from '../../errors.js';
import { installCommand } from '../../package.js';

/** The versions that work with Node 20, as `npm install` takes them. */
const wanted = ['@lancedb/lancedb@0.27.2', 'apache-arrow@18.1.0'];

/** What is used of it. */
export interface Lance {
  connect(path: string): Promise<Connection>;
  rowSchema(dimensions: number): Promise<Schema>;
  stateSchema(): Promise<Schema>;
}

/**
 * @param address for messages
 * @throws {UsageError} when it isn't installed, or not for this machine
 */
export async function loadLance(address: string): Promise<Lance> {
  let lancedb: typeof import('@lancedb/lancedb');
  let arrow: typeof import('apache-arrow');
  try {
    [lancedb, arrow] = await Promise.all([import('@lancedb/lancedb'), import('apache-arrow')]);
  } catch (cause) {
    const install = installCommand(wanted);
    throw new UsageError(`${address} needs LanceDB, which is not installed: \`${install}\`.`, { cause });
  }
  const { Field, FixedSizeList, Float32, Int32, Schema, Utf8 } = arrow;
  const text = (name: string) => new Field(name, new Utf8(), false);
  return {
    connect: (path) => lancedb.connect(path),
    rowSchema: async (dimensions) =>
      new Schema([
        ...['index_name', 'id', 'source'].map(text),
        new Field('chunk', new Int32(), false),
        ...['text', 'metadata', 'sum'].map(text),
        new Field('vector', new FixedSizeList(dimensions, new Field('item', new Float32(), true)), false),
      ]),
    stateSchema: async () => new Schema(['index_name', 'token', 'space'].map(text)),
  };
}
