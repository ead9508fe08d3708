// The real stores that the contract of destinations is held against: each can be read and edited past our code.
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Table } from '@lancedb/lancedb';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { startChroma } from '../helpers/chroma.js';
import { type PostgresServer, postgresAvailable, startPostgres, withClient } from '../helpers/postgres.js';
import { startQdrant } from '../helpers/qdrant.js';
import { temporaryFolder } from '../output/sample.js';
import { realQdrant } from './real-qdrant.js';
import type { StoredRow, StoreKind } from './store.js';

const strangeId = '00000000-0000-5000-8000-000000000000';

function inOrder(rows: StoredRow[]): StoredRow[] {
  const key = ({ index, id }: StoredRow) => `${index} ${id}`;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const postgres: StoreKind = {
  name: 'postgres',
  isAvailable: postgresAvailable,
  isShared: true,
  isEditable: true,
  canRename: true,
  async start() {
    const server: PostgresServer = await startPostgres();
    return {
      async make() {
        const address = `${await server.database()}?table=chunks`;
        const query = (text: string) =>
          withClient(address.replace(/\?.*/, ''), (client) => client.query(text));
        const rows = async () => {
          const found = await query(
            `SELECT index_name, id, source, text, metadata, sum, embedding::text AS vector FROM chunks`,
          );
          return inOrder(
            found.rows.map(({ index_name, vector, ...row }) => ({
              ...row,
              index: index_name,
              vector: JSON.parse(vector).map(Math.fround),
            })),
          );
        };
        const state = async () => {
          const { rows: times } = await query(`SELECT xmin, ctid, index_name, id FROM chunks ORDER BY id`);
          return JSON.stringify([times, (await query('SELECT xmin, * FROM chunks_index')).rows]);
        };
        return {
          address,
          rows,
          state,
          async spoil() {
            const [first, second] = (await rows()).filter(({ index }) => index === 'default');
            await query(`DELETE FROM chunks WHERE index_name = 'default' AND id = '${first!.id}'`);
            await query(
              `UPDATE chunks SET text = 'edited', sum = '' WHERE index_name = 'default' AND id = '${second!.id}'`,
            );
            await query(
              `INSERT INTO chunks SELECT index_name, '${strangeId}', source, 0, text, metadata, sum, embedding FROM chunks
                WHERE index_name = 'default' LIMIT 1`,
            );
          },
          async backUp() {
            await query(
              'CREATE TABLE kept AS SELECT * FROM chunks; CREATE TABLE kept_index AS SELECT * FROM chunks_index',
            );
            return async () => {
              await query('TRUNCATE chunks, chunks_index; INSERT INTO chunks SELECT * FROM kept');
              await query('INSERT INTO chunks_index SELECT * FROM kept_index');
            };
          },
        };
      },
      stop: () => server.stop(),
    };
  },
};

const parquet: StoreKind = {
  name: 'parquet',
  isAvailable: true,
  isShared: false,
  isEditable: false,
  canRename: false,
  async start() {
    return {
      async make() {
        const path = join(await temporaryFolder(), 'chunks.parquet');
        return {
          address: `parquet:${path}`,
          async rows() {
            const bytes = readFileSync(path);
            const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
            const keys = parquetMetadata(file).key_value_metadata ?? [];
            const { index } = JSON.parse(keys.find(({ key }) => key === 'embed')!.value!);
            const found = await parquetReadObjects({ file });
            return inOrder(
              found.map(({ id, source, text, metadata, sum, embedding }) => ({
                ...{ index, id, source, text, sum },
                metadata: JSON.parse(metadata),
                vector: embedding,
              })),
            );
          },
          state: async () => (existsSync(path) ? readFileSync(path, 'base64') : ''),
          spoil: async () => undefined,
          async backUp() {
            copyFileSync(path, `${path}.kept`);
            return async () => copyFileSync(`${path}.kept`, path);
          },
        };
      },
      stop: async () => undefined,
    };
  },
};

const qdrant: StoreKind = {
  name: 'qdrant',
  isAvailable: true,
  isShared: true,
  isEditable: true,
  canRename: false,
  async start() {
    const server = await startQdrant();
    let made = 0;
    return {
      async make() {
        const name = `chunks ${++made}`;
        const points = () => server.collections.get(name)!.points;
        return {
          address: `qdrant://${server.host}/${encodeURIComponent(name)}`,
          async rows() {
            return inOrder(
              [...points().values()].map(({ vector, payload }) => {
                const { index_name, id, source, text, metadata, sum } = payload as Record<string, string>;
                return {
                  index: index_name!,
                  id: id!,
                  source: source!,
                  text: text!,
                  metadata,
                  sum: sum!,
                  vector,
                };
              }),
            );
          },
          async state() {
            const { points: all, ...rest } = server.collections.get(name)!;
            return JSON.stringify([[...all], rest]);
          },
          async spoil() {
            const [first, second, third] = points().values();
            points().delete(String(first!.id));
            second!.payload = { ...second!.payload, text: 'edited', sum: '' };
            points().set(strangeId, { ...third!, id: strangeId });
          },
          async backUp() {
            const kept = structuredClone(server.collections.get(name)!);
            return async () => {
              server.collections.set(name, kept);
            };
          },
        };
      },
      stop: () => server.stop(),
    };
  },
};

const lance: StoreKind = {
  name: 'lancedb',
  isAvailable: true,
  isShared: true,
  isEditable: true,
  canRename: false,
  async start() {
    return {
      async make() {
        const folder = join(await temporaryFolder(), 'lance');
        const withTable = async <T>(name: string, work: (table: Table) => Promise<T>): Promise<T> => {
          const db = await connect(folder);
          const table = await db.openTable(name);
          const done = await work(table);
          table.close();
          db.close();
          return done;
        };
        const rows = () =>
          withTable('chunks', async (table) =>
            inOrder(
              (await table.query().toArray()).map(
                ({ index_name, id, source, text, metadata, sum, vector }) => ({
                  ...{ index: index_name, id, source, text, sum },
                  metadata: JSON.parse(metadata),
                  vector: [...vector],
                }),
              ),
            ),
          );
        return {
          address: `lancedb:${folder}`,
          rows,
          state: async () =>
            JSON.stringify([
              await withTable('chunks', (table) => table.version()),
              await withTable('chunks_index', (table) => table.version()),
            ]),
          async spoil() {
            const [first, second] = (await rows()).filter(({ index }) => index === 'default');
            await withTable('chunks', async (table) => {
              await table.delete(`index_name = 'default' AND id = '${first!.id}'`);
              const where = `index_name = 'default' AND id = '${second!.id}'`;
              await table.update({ where, values: { text: 'edited', sum: '' } });
              const [{ vector, ...row }] = await table
                .query()
                .where("index_name = 'default'")
                .limit(1)
                .toArray();
              await table.add([{ ...row, id: strangeId, vector: [...vector] }]);
            });
          },
          async backUp() {
            cpSync(folder, `${folder}.kept`, { recursive: true });
            return async () => {
              rmSync(folder, { recursive: true });
              cpSync(`${folder}.kept`, folder, { recursive: true });
            };
          },
        };
      },
      stop: async () => undefined,
    };
  },
};

const chroma: StoreKind = {
  name: 'chroma',
  isAvailable: true,
  isShared: true,
  isEditable: true,
  canRename: false,
  async start() {
    const server = await startChroma();
    let made = 0;
    return {
      async make() {
        const name = `chunks-${++made}`;
        const all = () => server.collections.get(name)!.rows;
        return {
          address: `chroma://${server.host}/${name}`,
          async rows() {
            return inOrder(
              [...all().values()].map(({ vector, document, metadata }) => {
                const { index_name, id, source, sum } = metadata as Record<string, string>;
                const whole = JSON.parse(String(metadata.metadata));
                return {
                  index: index_name!,
                  id: id!,
                  source: source!,
                  text: document,
                  metadata: whole,
                  sum: sum!,
                  vector,
                };
              }),
            );
          },
          async state() {
            const { rows, ...rest } = server.collections.get(name)!;
            return JSON.stringify([[...rows], rest]);
          },
          async spoil() {
            const [first, second, third] = [...all().keys()];
            all().delete(first!);
            const edited = all().get(second!)!;
            edited.document = 'edited';
            edited.metadata = { ...edited.metadata, sum: '' };
            all().set(strangeId, { ...all().get(third!)! });
          },
          async backUp() {
            const kept = structuredClone(server.collections.get(name)!);
            return async () => {
              server.collections.set(name, kept);
            };
          },
        };
      },
      stop: () => server.stop(),
    };
  },
};

export const storeKinds: readonly StoreKind[] = [postgres, parquet, qdrant, realQdrant, chroma, lance];
